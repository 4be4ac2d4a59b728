"""What the models are asked, one module for each purpose. Everything from users and sources is fenced (R-37)."""
