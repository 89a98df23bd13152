"""What people say of texts: proposed to them, read back, compared, and turned into examples."""
