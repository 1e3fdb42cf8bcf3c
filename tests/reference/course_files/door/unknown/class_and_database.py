import json
import sqlite3
import numpy as np


class Store:
    def __init__(self, path):
        self.db = sqlite3.connect(path)

    def get(self, name):
        row = self.db.execute("select shape, body from arrays where name = ?", (name,)).fetchone()
        return np.frombuffer(row[1]).reshape(json.loads(row[0])).copy()


class Layer:
    def __init__(self, store, name):
        self.store, self.name = store, name

    def gradient(self, upstream):
        inputs = self.store.get(self.name + ".in")
        gate = self.store.get(self.name + ".pre") > 0
        return (upstream * gate) @ inputs.T / inputs.shape[1]
