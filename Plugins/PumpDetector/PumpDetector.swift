// PumpDetector
