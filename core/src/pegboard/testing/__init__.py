"""What tests of Pegboard and of its plugins are built from. Knows both wings."""
