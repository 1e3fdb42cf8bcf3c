import numpy as np


def load_job(client, queue):
    job = queue.get(timeout=5)
    return client.fetch(job.key), job


def backward(client, queue, bucket="grads"):
    arrays, job = load_job(client, queue)
    delta = arrays["out"] - arrays["label"]
    grad = delta @ arrays["in"].T / job.count
    client.put(bucket, job.key, grad)
    return job.key


def main(client, queue):
    while not queue.empty():
        print(backward(client, queue))
