#!/usr/bin/env Rscript
# my_stage: a stage of rsom in R. It needs no package: a NIfTI file is a header of 352 bytes and the voxels.
#
#   rsom stage check ./my_stage.R
#   rsom run study.yaml --swap layerseg=./my_stage.R

# What the stage can do. 'rsom plan' reads it, and checks pipelines with it.
spec <- '{
  "contract": 1, "stage": "my_stage", "version": "0.1",
  "commands": [{
    "name": "predict",
    "about": "Segment a scan by a threshold",
    "inputs": [{"name": "input", "kind": "volume"}],
    "outputs": [{"name": "output", "kind": "mask", "grid_of": "input"}],
    "parameters": {"type": "object", "properties": {
      "share": {"type": "number", "minimum": 0, "maximum": 1, "default": 0.5,
                "description": "Lowest intensity, as a share of the largest"}}}
  }]
}'

# The mask of a scan: an array of shape (x, y, z). Put your method here.
predict_mask <- function(voxels, share) voxels >= share * max(voxels)

# Ends with a message: 2 wrong usage, 3 a bad input, 4 an output that cannot be written.
end <- function(code, ...) {
  message("error: ", ...)
  quit(status = code)
}

words <- commandArgs(trailingOnly = TRUE)
if (identical(words, "spec")) {
  cat(spec, "\n")
  quit(status = 0)
}
if (length(words) == 0 || words[1] != "predict") end(2, "the command is predict")
given <- list(share = "0.5", json = FALSE)
rest <- words[-1]
while (length(rest) > 0) {
  name <- sub("^--", "", rest[1])
  if (name %in% c("quiet", "json")) {
    given[[name]] <- TRUE
    rest <- rest[-1]
  } else if (name %in% c("input", "output", "share", "threads") && length(rest) > 1) {
    given[[name]] <- rest[2]
    rest <- rest[-(1:2)]
  } else {
    end(2, "unknown: ", rest[1])
  }
}
if (is.null(given$input) || is.null(given$output)) end(2, "--input and --output are needed")
share <- suppressWarnings(as.numeric(given$share))
if (is.na(share) || share < 0 || share > 1) end(2, "--share: from 0 to 1")


# The voxels of a compressed NIfTI file with values of a usual type, and its header.
read_nifti <- function(path) {
  file <- gzfile(path, "rb")
  on.exit(close(file))
  bytes <- raw(0)
  while (length(part <- readBin(file, "raw", 16777216)) > 0) bytes <- c(bytes, part)
  number <- function(what, size, at, n = 1) readBin(bytes[at + seq_len(size * n)], what, n, size, endian = "little")
  if (length(bytes) < 352 || number("integer", 4, 0) != 348) stop("no little-endian NIfTI file")
  type <- switch(as.character(number("integer", 2, 70)), "2" = list("integer", 1), "4" = list("integer", 2),
                 "8" = list("integer", 4), "16" = list("numeric", 4), "64" = list("numeric", 8), stop("another type of voxels"))
  shape <- number("integer", 2, 42, 3)
  start <- number("numeric", 4, 108)
  if (length(bytes) < start + prod(shape) * type[[2]]) stop("it is cut off")
  values <- if (type[[2]] == 1) as.integer(bytes[start + seq_len(prod(shape))])
            else number(type[[1]], type[[2]], start, prod(shape))
  scale <- number("numeric", 4, 112, 2)
  if (scale[1] != 0) values <- values * scale[1] + scale[2]
  list(header = bytes[1:348], voxels = array(values, shape))
}

# Writes a mask with the header of its scan, which keeps voxel size, units and position.
write_mask <- function(mask, header, path) {
  put <- function(at, value, size) header[at + seq_len(size * length(value))] <<- writeBin(value, raw(), size, endian = "little")
  put(40, c(3L, dim(mask), 1L, 1L, 1L, 1L), 2)
  put(70, c(2L, 8L), 2) # unsigned, 8 bit
  put(108, c(352, 1, 0), 4) # where the voxels start, slope, intercept
  file <- gzfile(path, "wb")
  on.exit(close(file))
  writeBin(c(header, raw(4), as.raw(mask)), file)
}

scan <- tryCatch(suppressWarnings(read_nifti(given$input)),
                 error = function(fault) end(3, given$input, ": ", conditionMessage(fault)))
mask <- predict_mask(scan$voxels, share)

# The output appears whole or not at all.
partial <- file.path(dirname(given$output), paste0(".partial-", basename(given$output)))
written <- tryCatch({
  write_mask(mask, scan$header, partial)
  file.rename(partial, given$output)
}, error = function(fault) FALSE, warning = function(fault) FALSE)
if (!isTRUE(written)) end(4, given$output, ": it cannot be written")
if (given$json) cat(sprintf('{"voxels": %d}\n', sum(mask)))
