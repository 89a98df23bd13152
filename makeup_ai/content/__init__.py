"""What is said: phrases, answers and product pages, from tables."""
