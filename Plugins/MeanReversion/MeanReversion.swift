// MeanReversion
