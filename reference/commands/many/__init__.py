"""Many targets of one run, and the many cases of a campaign.

executors   who does the work: processes here, or Dask's workers anywhere
asking      questions to workers, and their answers as they come
workers     a target in a worker, and every target by some worker
contents    what a target is read from, as a digest: the same is judged once
renaming    what was concluded of a file, as it would be of the same file in another place
chunked     the chunks of a campaign by workers
judged      every target: copies once, and what is in the journal not again
journal     what is concluded so far, on disk: a run that is stopped goes on where it was
"""
