"""The screens of orders, a module for each noun."""
