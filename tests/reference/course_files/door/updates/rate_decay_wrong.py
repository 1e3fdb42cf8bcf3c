import numpy as np


def update_lr(learning_rate0, epoch_num, decay_rate):
    return learning_rate0 / (1 + decay_rate * epoch_num)


def schedule_lr_decay(learning_rate0, epoch_num, decay_rate, time_interval=1000):
    """the rate falls once every time_interval epochs"""
    return learning_rate0 / (1 + decay_rate * epoch_num / time_interval)
