"""What a stranger's names mean: arguments are bound by name, else by position; functions told by name and signature."""

from __future__ import annotations

import pytest

from reference.settings.binding import MEANINGS
from reference.targets.pairing.passes import function
from reference.targets.reading.vocabulary import ALIASES, ORDER, Argument, Unbindable, bind, classify, meaning, strong
from tests.folding import each

VALUES = {
    "X": "X!", "Y": "Y!", "cache": "cache!", "parameters": "parameters!", "A": "A!", "lambd": "lambd!",
    "keep_prob": "keep_prob!", "learning_rate": "learning_rate!", "epsilon": "epsilon!", "theta": "theta!",
    "gradients": "gradients!", "m": "m!", "L": "L!", "layers_dims": "layers_dims!", "v": "v!", "s": "s!", "t": "t!",
    "beta1": "beta1!", "beta2": "beta2!", "mini_batch_size": "mini_batch_size!", "seed": "seed!", "epoch": "epoch!",
    "decay_rate": "decay_rate!", "interval": "interval!",
}  # fmt: skip


def arguments(signature):
    names = {}
    exec(f"def f({signature}): pass", names)
    return function("f", names["f"], own=True).arguments


def bound(signature, role, **values):
    return bind(arguments(signature), role, {**VALUES, **values})


# --- arguments -----------------------------------------------------------------------------------------------


@each(
    ("name", "what"),
    [
        ("X", "X"), ("x", "X"), ("A0", "X"), ("X_train", "X"), ("train_X", "X"), ("inputs", "X"), ("x_batch", "X"),
        ("Y", "Y"), ("y_true", "Y"), ("labels", "Y"), ("train_y", "Y"),
        ("cache", "cache"), ("caches", "cache"), ("forward_cache", "cache"),
        ("parameters", "parameters"), ("params", "parameters"), ("Parameters", "parameters"), ("weights", "parameters"),
        ("A3", "A"), ("a3", "A"), ("AL", "A"), ("A2", "A"), ("y_hat", "A"), ("yhat", "A"), ("Y_pred", "A"),
        ("lambd", "lambd"), ("lamda", "lambd"), ("lambda_", "lambd"), ("Lambda", "lambd"), ("reg", "lambd"),
        ("keep_prob", "keep_prob"), ("keepProb", "keep_prob"), ("keep_probs", "keep_prob"), ("kp", "keep_prob"),
        ("learning_rate", "learning_rate"), ("lr", "learning_rate"), ("alpha", "learning_rate"),
        ("epsilon", "epsilon"), ("eps", "epsilon"), ("theta", "theta"), ("θ", "theta"),
        ("layers_dims", "layers_dims"), ("layer_dims", "layers_dims"), ("layer_sizes", "layers_dims"),
        ("grads", "gradients"), ("gradients", "gradients"), ("m", "m"),
        ("print_msg", None), ("debug", None), ("activation", None), ("seed", None), ("_", None), ("", None),
    ],
)  # fmt: skip
def test_what_an_argument_holds(name, what):
    assert meaning(name) == what


@each("role", sorted(ORDER))
def test_the_courses_own_signature_is_bound_to_itself(role):
    order = ORDER[role]
    assert bound(", ".join(order), role) == {name: VALUES[name] for name in order}


@each("role", sorted(ORDER))
def test_names_that_say_nothing_are_bound_by_position(role):
    order = ORDER[role]
    assert bound(", ".join(f"_{k}" for k in range(len(order))), role) == {
        f"_{k}": VALUES[name] for k, name in enumerate(order)
    }


@each(
    ("signature", "role", "expected"),
    [
        ("Y, X, cache", "backward", {"Y": "Y!", "X": "X!", "cache": "cache!"}),
        ("cache, lambd, Y, X", "backward l2", {"cache": "cache!", "lambd": "lambd!", "Y": "Y!", "X": "X!"}),
        ("params, cache, x, y", "backward", {"params": "parameters!", "cache": "cache!", "x": "X!", "y": "Y!"}),
        ("AL, Y, caches", "backward L", {"AL": "A!", "Y": "Y!", "caches": "cache!"}),
        ("A3, y", "cost", {"A3": "A!", "y": "Y!"}),
        ((
            "X, parameters, "
            "*, keep_prob"
), "forward dropout", {"X": "X!", "parameters": "parameters!", "keep_prob": "keep_prob!"}),
        ("X, parameters, keep_prob=0.5", "forward dropout",
         {"X": "X!", "parameters": "parameters!", "keep_prob": "keep_prob!"}),
        ("X, Y, cache, unknown=3", "backward", {"X": "X!", "Y": "Y!", "cache": "cache!"}),
        ((
            "x, theta, epsilon=1e-7, "
            "print_msg=False"
), "scalar check", {"x": "X!", "theta": "theta!", "epsilon": "epsilon!"}),
        ("X, Y, stored", "backward", {"X": "X!", "Y": "Y!", "stored": "cache!"}),
        ("X, Y, stored, lambd", "backward l2", {"X": "X!", "Y": "Y!", "stored": "cache!", "lambd": "lambd!"}),
        ("stored, X, Y", "backward", {"stored": "cache!", "X": "X!", "Y": "Y!"}),
        ("X, Y, *args, **kwargs", "forward", {"X": "X!", "Y": "Y!"}),
        ("grads, params, lr", "update", {"grads": "gradients!", "params": "parameters!", "lr": "learning_rate!"}),
        ("params, grads, m, v, t, lr", "adam", {"params": "parameters!", "grads": "gradients!", "m": "v!", "v": "s!",
                                                "t": "t!", "lr": "learning_rate!"}),
        ("alpha, beta2, epsilon, var, grad, s", "rmsprop", {"alpha": "learning_rate!", "beta2": "beta2!",
            "epsilon": "epsilon!", "var": "parameters!", "grad": "gradients!", "s": "s!"}),
        ("m, num_layers, X, p", "forward", {"m": "m!", "num_layers": "L!", "X": "X!", "p": "parameters!"}),
    ],
)  # fmt: skip
def test_bound_by_name_in_any_order_and_the_rest_by_position(signature, role, expected):
    assert bound(signature, role) == expected


@each(
    ("signature", "role"),
    [
        ("X, Y, cache, activations_of, more", "backward"),
        ("a_, b_, c_, d_", "cost"),
        ("X, Y, cache, one_more", "backward"),
        ("parameters, grads, zeta", "momentum"),
    ],
)
def test_an_argument_that_nothing_is_known_for_is_unbindable(signature, role):
    with pytest.raises(Unbindable, match="is none that"):
        bound(signature, role)


def test_a_value_that_is_not_there_is_not_bound():
    with pytest.raises(Unbindable, match="'cache'"):
        bind(arguments("X, Y, cache"), "backward", {"X": 1, "Y": 2})


def test_what_else_a_forward_pass_returned_is_handed_on_in_its_order():
    values = {"X": 1, "Y": 2, "cache": 3, "extras": ("first", "second")}
    assert bind(arguments("X, Y, cache, D_1, D_2"), "backward", values) == {
        "X": 1, "Y": 2, "cache": 3, "D_1": "first", "D_2": "second",
    }  # fmt: skip


def test_nothing_is_bound_twice_by_position():
    assert bound("X, p, q, lambd", "backward l2") == {"X": "X!", "p": "Y!", "q": "cache!", "lambd": "lambd!"}


# --- functions -----------------------------------------------------------------------------------------------


@each(
    ("definition", "role"),
    [
        ("initialize_parameters_zeros(layers_dims)", "initialise"),
        ("initialize_parameters_he(layer_dims)", "initialise"),
        ("initialize_parameters(n_x, n_h, n_y)", "initialise"),
        ("he_init(layers)", "initialise"),
        ("init_params(dims)", "initialise"),
        ("initialize()", None),
        ("initialize_adam(parameters)", "initialise state"),
        ("initialize_velocity(parameters)", "initialise state"),
        ("compute_cost(A3, Y)", "cost"),
        ("compute_loss(a3, y)", "cost"),
        ("cost(yhat, y)", "cost"),
        ("compute_cost_with_regularization(A3, Y, parameters, lambd)", "cost l2"),
        ("compute_cost_with_regularisation(a, y, params, lamb)", "cost l2"),
        ("compute_cost_reg(AL, Y, parameters, lambd, m=None)", "cost l2"),
        ("compute_cost(one, Y)", "cost"),
        ("plot_cost(A, Y)", None),
        ("forward_propagation(X, parameters)", "forward"),
        ("forward_propagation(x, theta)", "scalar forward"),
        ("forward_propagation_n(X, Y, parameters)", "forward n"),
        ("L_model_forward(X, parameters)", "forward"),
        ("forward_propagation_with_dropout(X, parameters, keep_prob=0.5)", "forward dropout"),
        ("forward(X, params)", "forward"),
        ("forward_pass(x, weights)", "forward"),
        ("forward()", None),
        ("backward_propagation(X, Y, cache)", "backward"),
        ("backward_propagation(x, theta)", "scalar backward"),
        ("backward_propagation_n(X, Y, cache)", "backward"),
        ("backward_propagation_with_regularization(X, Y, cache, lambd)", "backward l2"),
        ("backward_propagation_with_regularization(X, Y, cache, lamda)", "backward l2"),
        ("backward_propagation_with_dropout(X, Y, cache, keep_prob)", "backward dropout"),
        ("backward_propagation(X, Y, stored)", "backward"),
        ("backward_propagation_with_regularization(X, Y, stored, lambd)", "backward l2"),
        ("forward_propagation_tanh(X, parameters)", "forward"),
        ("forward_propagation_softmax(X, parameters)", "forward"),
        ("backward_propagation_sigmoid(X, Y, cache)", "backward"),
        ("L_model_backward(AL, Y, caches)", "backward L"),
        ("backprop(parameters, cache, X, Y)", "backward"),
        ("back_prop(X, Y, cache)", "backward"),
        ("linear_backward(dZ, cache)", "layer"),
        ("linear_activation_backward(dA, cache, activation)", "layer"),
        ("linear_activation_forward(A_prev, W, b, activation)", "layer"),
        ("relu_backward(dA, cache)", "layer"),
        ("linear_activation_forward_with_dropout(A_prev, W, b, activation, keep_prob)", "layer"),
        ("sigmoid(z)", None),
        ("gradient_check(x, theta, epsilon=1e-7)", "scalar check"),
        ("gradient_check(x, theta)", "scalar check"),
        ("gradient_check_n(parameters, gradients, X, Y, epsilon=1e-7)", "check n"),
        ("gradients_check(parameters, grads, X, Y)", "check n"),
        ("grad_check(x, theta)", "scalar check"),
        ("dictionary_to_vector(parameters)", "dictionary_to_vector"),
        ("vector_to_dictionary(theta)", "vector_to_dictionary"),
        ("gradients_to_vector(gradients)", "gradients_to_vector"),
        ("update_parameters(parameters, grads, learning_rate)", "update"),
        ("update_parameters_with_momentum(parameters, grads, v, beta, learning_rate)", "momentum"),
        ("update_parameters_with_adam(parameters, grads, v, s, t)", "adam"),
        ("optimize_step(params, grads, lr, v, s, t)", "adam"),
        ("update_variables_RMSProp(alpha, beta2, epsilon, var, grad, s)", "rmsprop"),
        ("sgd(params, grads, lr)", "update"),
        ("update_params(W1, b1, W2, b2, dW1, db1, dW2, db2, alpha)", "update"),
        ("update_logistic(w, b, dw, db, lr)", "update"),
        ("update_parameters_nesterov(parameters, grads, v, beta, lr)", "other update"),
        ("random_mini_batches(X, Y, mini_batch_size=64, seed=0)", "mini-batches"),
        ("mini_batch_gradient_descent(X, Y, parameters, lr)", None),
        ("update_lr(learning_rate0, epoch_num, decay_rate)", "decay"),
        ("schedule_lr_decay(learning_rate0, epoch_num, decay_rate, time_interval=1000)", "decay"),
        ("learning_rate_decay(alpha, decay_rate, global_step, decay_step)", "decay"),
        ("l2_reg_gradient_descent(Y, weights, cache, alpha, lambtha, L)", "backward l2"),
        ("dropout_gradient_descent(Y, weights, cache, alpha, keep_prob, L)", "backward dropout"),
        ("gradient_descent(X, y, theta, alpha, num_iters)", None),
        ("glorot_init(layers_dims)", "initialise"),
        ("update_parameters_with_gd(parameters, grads, learning_rate)", "update"),
        ("conv_forward(A_prev, W, b, hparameters)", None),
        ("pool_backward(dA, cache)", None),
        ("rnn_forward(x, a0, parameters)", None),
        ("lstm_backward(da, caches)", None),
        ("model(X, Y, learning_rate=0.3)", None),
        ("predict(X, y, parameters)", None),
        ("load_dataset()", None),
        ("forward_propagation_test(target)", None),
        ("backward_propagation_test_case()", None),
        ("test_forward_propagation(X, parameters)", None),
    ],
)
def test_what_a_function_owes(definition, role):
    names = {}
    exec(f"def {definition}: pass", names)
    name = definition.partition("(")[0]
    assert function(name, names[name], own=True).role == role


@each("name", ["initialize", "compute_cost", "backward", "forward", "gradient_check", "update", "", "_"])
def test_a_function_without_arguments_owes_nothing_that_can_be_asked(name):
    role = classify(name, [])
    assert role is None or role in ORDER


@each(
    ("name", "known"),
    [
        ("backward_propagation_with_dropout", True),
        ("Backward_Propagation", True),
        ("compute_cost2", True),
        ("L_model_backward", True),
        ("backward", False),
        ("my_compute_cost", False),
        ("cost", False),
    ],
)
def test_names_of_the_courses_own(name, known):
    assert strong(name) == known


def test_arguments_are_told_with_what_has_a_default():
    assert arguments("a, b=1, *c, d, e=2, **f") == (
        Argument("a", False), Argument("b", True), Argument("d", False), Argument("e", True),
    )  # fmt: skip


def test_a_binding_may_name_every_meaning_and_no_other() -> None:
    assert tuple(ALIASES) == MEANINGS
