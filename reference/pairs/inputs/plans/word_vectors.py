"""Plans for losses over word vectors: a word by its row, the rows of all words, a dictionary of them, a corpus."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum

from reference.interface.pair import Parameter, Proposal
from reference.pairs.inputs.plans.settings import setting
from reference.pairs.inputs.spec import Array, ChoiceSpec, Plan, Rank, Spec, WordForm, WordSpec
from reference.pairs.inputs.text.uses import AskedOfArgument
from reference.pairs.inputs.text.vocabulary import plain

__all__ = ["word_vector_plans"]


class WordRole(StrEnum):
    """What an argument is to a loss over word vectors."""

    CORPUS = "corpus"
    ROWS = "rows"  # by word
    WINDOW = "window"
    SAMPLES = "samples"  # how many
    TABLE = "table"
    VECTOR = "vector"
    WORDS = "words"
    WORD = "word"


NAMES: dict[WordRole, str] = {
    WordRole.CORPUS: r"data_?set|corpus|(\w+_)?sampler|text_?data|training_?data",
    WordRole.ROWS: r"tokens|(word|tok(en)?)_?(2|to)_?\w+|w2i|stoi|vocab\w*|dictionary|word_?ind(ex|ices)|\w+_by_?word",
    WordRole.WINDOW: r"c|window|(window|context)_?(size|width|len(gth)?|radius)|half_?window|radius",
    WordRole.SAMPLES: r"k|(num|n)_?(neg\w*|samples?)|neg\w*_?(size|count|num\w*)|negatives",
    WordRole.TABLE: r"(\w+_)?(vec(tor)?s|embeddings|embs|emb_?matrix)|[uv]_?(in|out|all)?|(cent\w+|outside)_?matrix",
    WordRole.VECTOR: r"predicted|pred|(\w+_)?(vec(tor)?|embedding|emb)|v_?(hat|c|w|i|o)|v?_?(center|centre)",
    WordRole.WORDS: r"(\w+_)?(words|ctx|contexts?|ids|idxs|indices|indexes|neighbou?rs)",
    WordRole.WORD: r"(\w+_)?(word|target|idx|index|ind|id)(_?(idx|index|ind|id))?|target_?\w*|o|current|centre|center",
}
SPEAKS_OF_WORDS = re.compile(r"word|token|vec|embed|skip_?gram|cbow|neg_?sampl|glove|corpus")
WINDOW, SAMPLED = 2, 3
ROWS, VECTOR = ("V", "D"), ("D",)


def word_vector_plans(proposal: Proposal) -> Iterator[Plan]:
    """Words as rows, then as columns; nothing where an argument is none of what such a loss takes."""
    roles = _roles(proposal)
    found = set(roles.values())
    if WordRole.TABLE not in found or not found & {WordRole.WORD, WordRole.WORDS}:
        return
    by_word = WordRole.ROWS in found
    for label, table in (("word vectors", ROWS), ("word vectors as columns", ROWS[::-1])):
        given = {name: _given(role, by_word, table) for name, role in roles.items()}
        yield Plan(Rank.TRIED, label, given, where=label)


def _roles(proposal: Proposal) -> dict[str, WordRole]:
    """Of every argument that has to be given; empty where one is no part of it."""
    asked = AskedOfArgument(proposal.asked)
    texts = " ".join((proposal.check, proposal.owner, *(p.name for p in proposal.takes)))
    if proposal.constructor or not SPEAKS_OF_WORDS.search(plain(texts)):
        return {}
    roles: dict[str, WordRole] = {}
    for p in proposal.takes:
        role = None if p.optional or p.many else _role(p, asked)
        if role is not None:
            roles[p.name] = role
        elif not (p.optional or p.many):
            return {}
    return roles


def _role(parameter: Parameter, asked: AskedOfArgument) -> WordRole | None:
    name, text = parameter.name, plain(parameter.name)
    if any("sample" in attribute.lower() for attribute in asked.attributes(name)):
        return WordRole.CORPUS
    fitting = [role for role, pattern in NAMES.items() if re.fullmatch(pattern, text)]
    if asked.does("indexes", name):  # a word or several, whatever it is called
        fitting = [role for role in fitting if role in (WordRole.WORD, WordRole.WORDS)]
    if asked.attributes(name) or asked.rank(name)[0] > 1:
        fitting = [role for role in fitting if role not in (WordRole.WORD, WordRole.WINDOW, WordRole.SAMPLES)]
    if fitting:
        return fitting[0]
    return WordRole.WORD if asked.does("indexes", name) and setting(name, parameter) is None else None


def _given(role: WordRole, by_word: bool, table: tuple[str, ...]) -> Spec:
    match role:
        case WordRole.CORPUS:
            return WordSpec(WordForm.CORPUS, "V")
        case WordRole.ROWS:
            return WordSpec(WordForm.ROWS, "V")
        case WordRole.WORD:
            return WordSpec(WordForm.WORD if by_word else WordForm.INDEX, "V")
        case WordRole.WORDS:
            return WordSpec(WordForm.WORDS if by_word else WordForm.INDICES, "V")
        case WordRole.TABLE:
            return Array(table)
        case WordRole.VECTOR:
            return Array(VECTOR)
    return ChoiceSpec((WINDOW if role is WordRole.WINDOW else SAMPLED,))
