import numpy as np


def load_job(session, queue):
    job = queue.get(timeout=5)
    return session.fetch(job.key), job


def backward(session, queue, bucket="grads"):
    arrays, job = load_job(session, queue)
    delta = arrays["out"] - arrays["label"]
    grad = delta @ arrays["in"].T / job.count
    session.put(bucket, job.key, grad)
    return job.key


def main(session, queue):
    while not queue.empty():
        print(backward(session, queue))
