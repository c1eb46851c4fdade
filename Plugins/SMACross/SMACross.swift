// SMACross
