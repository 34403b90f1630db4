print("stockd")
