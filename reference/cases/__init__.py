"""The problems that are asked: a case is a line, a problem its arrays; where cases come from."""
