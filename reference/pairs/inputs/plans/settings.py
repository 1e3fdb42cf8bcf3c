"""Arguments that are no arrays: strengths, rates, windows, sizes of layers, switches, texts, generators.

Values are exact in float32; a strength of 0 or 1 would hide a factor, and so would a rate of 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from reference.interface.pair import Parameter
from reference.pairs.inputs.spec import Array, ChoiceSpec, GeneratorSpec, ShapeSpec, Spec, ValueLaw, WholeNumber
from reference.pairs.inputs.text.vocabulary import plain

__all__ = [
    "DERIVES",
    "MODES",
    "along_an_axis",
    "configured",
    "is_flag_of_mode",
    "is_training",
    "setting",
    "size_argument",
]

MODES = ("train", "test")
STRENGTHS, RATES, SMALL = (0.375, 0.0625, 2.5), (0.125, 0.5), 2.0**-17

NUMBERS: tuple[tuple[str, tuple[Any, ...]], ...] = (
    (r"reg|lambd\w*|lam|lmbda|l2|l1|l2_\w+|l1_\w+|weight_?decay|wd|reg_\w+|\w*_reg|regulari[sz]\w*|regularization_strength|"
     r"penalty|reg_?lambda|decay|alpha_?reg|mylambda|lamda|l_?2_?lambda", STRENGTHS),
    (r"keep_?prob\w*|keep_?rate|p_?keep|keep|prob_keep|retain\w*|keep_ratio", (0.75, 0.5)),
    (r"drop_?out\w*|p_?drop\w*|drop_?prob\w*|drop_?rate|rate_drop|dropout_p|drop|drop_?ratio|ratio", (0.25, 0.5)),
    (r"p|prob|probability", (0.75, 0.25)),
    (r"eps\w*|epsilon\w*|tiny|smooth(?:ing)?|small", (SMALL,)),
    (r"lr|learning_?rate|eta|step_?size|l_?rate|rate|alpha_?lr|mu_?lr", RATES),
    (r"momentum|decay_?rate|rho|moment|mom", (0.875,)),
    (r"alpha|slope|negative_slope|leak\w*|a_?leak|neg_slope|beta_?swish", (0.125, 0.25)),
    (r"delta|margin|threshold|v_?th\w*|thresh|theta_?th", (1.0, 0.5)),
    (r"temp\w*|temperature|tau|scale\w*|sigma|gamma_?focal|gain|factor|weight_?scale|std", (0.5, 2.0)),
    (r"(?:n|num|nb|[wa])?_?bits?|bit_?width|bits?_?[wa]|num_?of_?bits", (4, 2)),
    (r"beta1|beta_1", (0.875,)), (r"beta2|beta_2", (0.96875,)),
    (r"stride[sx-z]?|strides?|stride_?[hwxy]|s|step|hop|stride_?\w+", (2, 1)),
    (r"pad|padding|pads|p_?size|zero_?pad\w*|pad_?[hwxy]\w*|padding_\w+|pad_?size|pad_?width", (1, 0)),
    (r"dilation\w*|dilate", (1, 2)), (r"groups?_?conv", (1,)),
    (r"axis|dim_?axis", (-1, 0)), (r"t|time_?step_?index|layer_?index|iteration|it|epoch", (2,)),
    (r"seed|random_?state|random_?seed", (3,)),
    (r"name|layer_?name|scope|prefix|tag", ("layer",)),
    (r"debug|verbose|verbosity|print_?\w*|plot|log|check|test_?grad\w*", (False,)),
    (r"activation\w*|act|act_?fn|nonlinearity|activ\w*|act_?func\w*|transfer\w*", ("relu", "sigmoid", "tanh")),
    (r"(?:weight_?)?init(?!i?a?l?_?(?:theta|w|weights?|params?|guess))\w*|initiali[sz]er\w*|w_?init", ("xavier", "he", "normal")),
    (r"loss|loss_?fn|cost|criterion|loss_?type|loss_?name", ("mse", "cross_entropy", "softmax")),
    (r"pool_?(?:mode|type)|pooling|kind", ("max", "average")),
    (r"reduction|reduce", ("mean", "sum")),
    (r"dtype", ("float64",)),
    (r"bias|use_?bias|has_?bias|with_?bias|fit_intercept|affine|with_grad\w*|compute_grad\w*|return_grad\w*|"
     r"trainable|requires_grad|keepdims|batch_?first|calc_grad\w*|jac", (True,)),
    (r"optimi[sz]er", (None,)),
)  # fmt: skip
SIZES: tuple[tuple[str, str], ...] = (  # a name of an argument, and of the size that it is
    (r"in_?channels?|input_?channels?|in_?ch|c_?in|n_?channels_?in|channels_?in|num_?channels|channels?|c|n_?channels|"
     r"in_?planes|inchannel|n_?c_?prev|depth|in_?depth|input_?depth|num_?in_?channels", "C"),
    (r"out_?channels?|output_?channels?|out_?ch|c_?out|num_?filters?|n_?filters?|filters?|n_?kernels|channels_?out|"
     r"num_?kernels?|out_?planes|outchannel|filter_?num|n_?c|number_?of_?filters|f|out_?depth", "F"),
    (r"kernel_?size|kernel_?dim|filter_?size|ksize|k_?size|kernel|window_?size|f_?size|k|kernel_?shape|filter_?shape", "KK"),
    (r"kernel_?h\w*|filter_?h\w*|kh|fh|hh|k_?h|f_?h", "HH"), (r"kernel_?w\w*|filter_?w\w*|kw|fw|ww|k_?w|f_?w", "WW"),
    (r"pool_?h\w*|pool_?height", "PH"), (r"pool_?w\w*|pool_?width", "PW"), (r"pool_?size|pool|pool_?dim|size|window", "P"),
    (r"in_?h\w*|input_?h(?:eight)?|height|h_?in|image_?h\w*|img_?h\w*", "H"),
    (r"in_?w\w*|input_?w(?:idth)?|width|w_?in|image_?w\w*|img_?w\w*", "W"),
    (r"hidden\w*|n_?h(?:idden)?|hid\w*|n_?a|h_?dim|dim_?hidden|num_?hidden\w*|hidden_?(?:size|dim|units)|h|nh|"
     r"state_?(?:size|dim)|rnn_?size|units_?hidden|lstm_?size|mem_?cell_?ct|d_?hidden|d_?ff|n_?hid", "H"),
    (r"vocab\w*|n_?vocab|v|num_?embed\w*|num_?words|n_?words|dict_?size|vocabulary_?size|num_?tokens", "V"),
    (r"embed\w*|emb_?\w*|d_?m|d_?model|d_?emb\w*|model_?dim|wordvec_?(?:dim|size)|word_?vec\w*|embedding_?dim|dim_?model|n_?embd|word_?dim", "D"),
    (r"num_?heads?|n_?heads?|heads|nhead", "HEADS"), (r"num_?groups?|n_?groups?|groups?|g", "G"),
    (r"(?:n_?|num_?)?classes|n_?class|num_?labels?|n_?y|k_?classes|num_?class|c_?classes|class_?num", "M"),
    (r"output\w*|out_?\w*|n_?out\w*|num_?out\w*|dim_?out|d_?out|units?|n_?units|num_?units|n_?neurons|neurons|"
     r"num_?neurons|fan_?out|next_\w+|nout|outputs?|size_?out|dim_?out\w*|n_?nodes|m|o_?dim|layer_?size|node\w*|n_?l", "M"),
    (r"input\w*|visible\w*|n_?vis\w*|in_?\w*|n_?in\w*|num_?in\w*|dim_?in\w*|d_?in|fan_?in|prev_\w+|nin|size_?in|n_?features|num_?features?|"
     r"feature\w*|features|dim|dims|n|d|n_?x|dimension|normalized_?shape|i_?dim|n_?prev|num_?feat\w*|nb_?features", "D"),
    (r"seq\w*|time_?steps?|timesteps?|n_?steps|steps|length|max_?len|t_?x|num_?steps|block_?size|context\w*", "T"),
    (r"batch\w*|n_?samples|m_?examples|n_?batch|bs|num_?examples", "N"),
)  # fmt: skip
FLAG = r"train(?:ing)?|is_?train(?:ing)?|train_?(?:flag|flg|mode|phase)|is_?training_?\w*|training_?mode"
COUNTER_FLAG = r"test(?:ing)?|is_?test|inference|eval|predict|is_?eval|test_?(?:mode|phase|time)|deterministic"
DERIVES = r"deriv\w*|derivative|prime|grad|gradient|is_?deriv\w*|d|diff|der|dx|backward|return_?deriv\w*"
GENERATOR = r"rng|random|generator|rand|rs|random_?generator|prng|np_?random"


@cache
def _is(pattern: str, name: str) -> bool:
    return re.fullmatch(pattern, name) is not None


def is_flag_of_mode(name: str) -> bool:
    """Does an argument of this name say whether it is training?"""
    text = plain(name)
    return text in ("mode", "phase") or _is(FLAG, text) or _is(COUNTER_FLAG, text)


def is_training(name: str, value: object) -> bool | None:
    """What such an argument says; ``None`` where it is neither a truth nor a word."""
    if isinstance(value, str):
        return value.lower().startswith("train")
    return value is not _is(COUNTER_FLAG, plain(name)) if isinstance(value, bool) else None


def setting(
    name: str, parameter: Parameter | None = None, texts: Iterable[Any] = (), *, computed: bool = False
) -> Spec | None:
    """An argument, or a key of a configuration, that is no array; None where the name does not say so.

    ``texts``: what the code compares it with; ``computed``: it is calculated with, and so it is no text.
    """
    text = plain(name)
    asked = tuple(dict.fromkeys(texts))
    default = parameter.default if parameter and parameter.optional else None
    if asked and all(isinstance(t, str) for t in asked):
        first = [default] if isinstance(default, str) else []
        of_mode = text in ("mode", "phase") and set(MODES) & set(asked)
        both = MODES if of_mode else ()  # whatever is no training is a test
        return ChoiceSpec(tuple(dict.fromkeys([*first, *both, *asked])))
    if text in ("mode", "phase"):
        return ChoiceSpec((default, *(m for m in MODES if m != default)) if isinstance(default, str) else MODES)
    if _is(FLAG, text):
        return ChoiceSpec((True, False))
    if _is(COUNTER_FLAG, text) and not (computed and text == "predict"):
        return ChoiceSpec((False, True))
    if _is(GENERATOR, text):
        return GeneratorSpec()
    if parameter and parameter.annotation.rpartition(".")[2] in ("Generator", "RandomState"):
        return GeneratorSpec()
    if isinstance(default, str):
        return ChoiceSpec((default,))
    for pattern, values in NUMBERS:
        if _is(pattern, text) and not (computed and isinstance(values[0], str)):
            if isinstance(default, bool) or (parameter and parameter.annotation == "bool"):
                return ChoiceSpec((values[0] if isinstance(values[0], bool) else default,))
            return ChoiceSpec(_beside(default, values))
    return None


def along_an_axis(parameter: Parameter) -> Spec | None:
    """Which axis: its own default first, and another."""
    default = parameter.default
    if not parameter.optional:
        return ChoiceSpec((-1, 0))
    return ChoiceSpec((default, 0 if default == -1 else -1)) if type(default) is int else None


def _beside(default: Any, values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Ours first: what a default leaves out (a strength of 0, a stride of 1) is what hides a mistake."""
    if isinstance(values[0], bool | str) and default is not None and not isinstance(default, bool):
        return (default, *values)
    if isinstance(values[0], int) and isinstance(default, int):
        return tuple(dict.fromkeys((*values, default)))
    return values


@cache
def size_argument(name: str) -> str | None:
    """The size that an argument of this name stands for, by its letter in the layouts."""
    text = re.sub(r"^(?:nb|no|number_?of)_", "num_", plain(name))
    return next((letter for pattern, letter in SIZES if _is(pattern, text)), None)


def configured(key: str, features: tuple[Any, ...], texts: Iterable[Any] = ()) -> Spec:
    """What a configuration answers when it is asked for a key; ``features``: the axes of running averages."""
    text = plain(key)
    if re.search(r"mean|avg", text):
        return Array(features)
    if re.search(r"var", text):
        return Array(features, ValueLaw.POSITIVE)
    found = setting(key, None, texts)
    if found is not None:
        return found
    letter = size_argument(key)
    if letter is not None:
        return WholeNumber(letter)
    if "shape" in text:
        return ShapeSpec(features)
    return ChoiceSpec((0.5,))
