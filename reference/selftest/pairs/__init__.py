"""Right pairs of ours, in which every single edit of the repair dictionary is planted.

rights     the pairs, as files of a folder of their own      screening   which edits change a number, and which none
workshop   such a file, opened, with its text replaced       planting    what the judge says of those that do
canary     a pair in this process, for a judge to be tried   sabotage    the judge of pairs, broken on purpose
"""
