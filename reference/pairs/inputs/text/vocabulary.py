"""What people call the arguments of layers and losses, and what is meant by it."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache

__all__ = ["OF_SIZES", "Part", "number_in", "part_of", "plain"]


class Part(StrEnum):
    """What an argument is to the computation."""

    INPUT = "input"
    WEIGHT = "weight"
    BIAS = "bias"
    STATE = "state"  # hidden, of the step before
    CELL = "cell"
    INPUT_WEIGHT = "input weight"  # of a recurrent step
    STATE_WEIGHT = "state weight"
    GATE_WEIGHT = "gate weight"  # of the state and the input, one below the other
    OUTPUT_WEIGHT = "output weight"
    STATE_BIAS = "state bias"
    OUTPUT_BIAS = "output bias"
    GAIN = "gain"
    SHIFT = "shift"
    MEAN = "running mean"
    VARIANCE = "running variance"
    LABELS = "labels"
    PREDICTION = "prediction"
    MASK = "mask"
    THETA = "theta"
    INDICES = "indices"
    QUERY = "query"
    SQUARE = "projection"  # of attention, as large as its input
    UNKNOWN = "unknown"


PARTS: dict[Part, str] = {
    Part.GATE_WEIGHT: "w_?[fiucogrz] w_?(forget|update|input|output|cell|candidate|reset)(_gate)? wf wi wu wc wo wr wz "
    "w_?x?h?[ifocg]g?_?gate",
    Part.INPUT_WEIGHT: "wx wxh w_?xh w_?ih w_?ax w_?hx wax wx[a-z]? w_?x u w_?in w_xt weight_ih w_?x[ifocgrz] w_?[ifocgrz]x w_input",
    Part.STATE_WEIGHT: "wh whh w_?hh waa w_?aa wh[a-z]? w_?h weight_hh w_?rec w_?h[ifocgrz] w_?[ifocgrz]h w_?ss w_hidden",
    Part.OUTPUT_WEIGHT: "why w_?hy wya w_?ya wy w_?y w_?ho v_?out w_?out",
    Part.STATE_BIAS: "ba b_?h bh bf bi bu bc bo bg br bz b_?ih b_?hh bias_[ih]h b_?[ifocguzr] b_?gates?",
    Part.OUTPUT_BIAS: "by b_?y bya",
    Part.SQUARE: "w_?[qkvo] wq wk wv w_?(query|key|value|out)",
    Part.QUERY: "q k v query key value queries keys values",
    Part.WEIGHT: "w ws weights? kernels? filters? theta_?w w_?l f_?w weight_matrix w_?t embed(ding)?s? w_?embed emb table "
    "embedding_?matrix k_?ernel conv_?w filter_?weights filt",
    Part.BIAS: "b bs bias(es)? b_?l bias_?vector intercept conv_?b offset",
    Part.STATE: "h h_?0 h_?prev(_?t)? prev_?h prev_?state h_?t_?1 hidden(_?state)? a_?0 a_?prev_?t s_?prev h_?init init_?h state "
    "h_?last prev_?hidden hprev hs s_?0 init_?state initial_?state a_?previous",
    Part.CELL: "c c_?0 c_?prev prev_?c c_?t_?1 cell(_?state)? cprev prev_?cell c_?init",
    Part.GAIN: "gamma gamma_?\\w* gain scale_?param g",
    Part.SHIFT: "beta beta_?\\w* shift",
    Part.MEAN: "(running|moving|run)_?(mean|avg|mu) mean mu",
    Part.VARIANCE: "(running|moving|run)_?var(iance)? var variance sigma2? std",
    Part.LABELS: "y ys ts labels? targets? t y_?true ground_?truth gt y_?(train|batch|real|actual|label|onehot|one_hot|tar(get)?) "
    "truths? true y_?t expected desired correct_?\\w* actual tgt one_?hot\\w* label_?ids teach t_?true "
    "true_?labels y_?gt target_?\\w* y_?star answers? y_?vec",
    Part.PREDICTION: "y_?pred(icted)? y_?hat yhat preds? predictions? predicted predict scores? logits? probs? probabilit(y|ies) "
    "al output_?act\\w* p_?hat y_?p yp a_?l outputs? activations? a_?out out y_?out model_?output net_?out\\w* y_?score",
    Part.MASK: "mask masks dropout_?mask attn_?mask",
    Part.THETA: "(init(ial)?_?)?theta thetas params? parameters beta_?vec coef(f|s)? w_?flat nn_?params weights_?vector",
    Part.INDICES: "idx idxs ind ind(ex|ices) tokens? token_?ids? words? word_?ids ids input_?ids captions? captions_in",
    Part.INPUT: "x xs x_?t xt tx inputs? a a_?prev z zs data features? x_?in batch images? img imgs x_?(train|batch|data) in_?data "
    "input_?(data|tensor|array|layer|vector|val\\w*|x|act\\w*) bottom net signal feats src sample samples u_?in tensor arr array vals?"
    " value x_?input s pre_?activation matrix m_?in vec vector act activation in_ inp xinput hidden_?in image_?batch",
}
OF_SIZES = re.compile(
    r"^(?:num|nb|n|no)_\w+$|^num[a-z]+$|_(?:size|dim|dims|count|units|len|length|num|number|shape)$|^(?:pool|kernel|filter|out|in|k|f|p|s)_[hw]$"
)
COMPILED = {part: re.compile(rf"(?:{'|'.join(names.split())})$") for part, names in PARTS.items()}


@cache
def plain(name: str) -> str:
    """A name as it is looked up: small letters, without what only tells it from others of its kind."""
    split = re.sub(r"(?<=[a-z])(?=[A-Z][a-z])", "_", name)
    return split.lower().strip("_")


def number_in(name: str) -> int | None:
    """The number at the end of a name: 2 of W2 and of layer2_weights."""
    found = re.search(r"(\d+)_?(?:[a-z]+)?$", name.lower().strip("_"))
    return int(found[1]) if found else None


@cache
def part_of(name: str, *, recurrent: bool = False) -> Part:
    """What an argument of this name most likely is. ``recurrent``: beside a hidden state."""
    text = plain(name)
    bare = re.sub(r"_?\d+$", "", text) or text
    if OF_SIZES.search(text):
        return Part.UNKNOWN
    only_recurrent = (Part.GATE_WEIGHT, Part.INPUT_WEIGHT, Part.STATE_WEIGHT, Part.OUTPUT_WEIGHT, Part.STATE_BIAS,
                      Part.OUTPUT_BIAS)  # fmt: skip
    if recurrent and re.fullmatch(r"[uvw]", bare):
        return {"u": Part.INPUT_WEIGHT, "w": Part.STATE_WEIGHT, "v": Part.OUTPUT_WEIGHT}[bare]
    for part, pattern in COMPILED.items():
        if part in only_recurrent and not recurrent:
            continue
        if pattern.match(text) or pattern.match(bare):
            return part
    for part, ending in (
        (Part.MASK, r"mask$"), (Part.WEIGHT, r"(?:^|_)(?:w|weights?|kernel|filters?)(?:_|$)|^w_"),
        (Part.BIAS, r"(?:^|_)(?:b|bias(?:es)?)(?:_|$)|^b_"), (Part.GAIN, r"^gamma"), (Part.SHIFT, r"^beta"),
        (Part.LABELS, r"labels?$|targets?$|_true$"), (Part.PREDICTION, r"pred|_hat$|scores?$|logits?$|probs?$"),
        (Part.STATE, r"hidden|_prev$|^prev_"), (Part.INPUT, r"^x_|^in_|^inputs?_|_in$|_inputs?$|^a_|^z_|_data$|^x[a-z]$"),
    ):  # fmt: skip
        if re.search(ending, bare):
            return part
    return Part.UNKNOWN
