"""What people buy together, and what a new product is like: learned in closed form, shipped as small tables."""
