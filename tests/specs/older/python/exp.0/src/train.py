def main(name, config): pass
