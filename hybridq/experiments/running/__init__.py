"""Running what is stored: workers, crews of them, what they tell, how they are stopped."""
