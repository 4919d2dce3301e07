"""What the operator sees: JSON logs with masking, metrics, traces (exporter off by default)."""
