"""What a customer opens on his phone, and the screen that sends him there."""
