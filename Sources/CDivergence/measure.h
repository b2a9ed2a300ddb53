// The whole kernel: included once by each path, with the instructions of that path switched on.

#include "lanes.h"
#include "scores.h"
#include "groups.h"
#include "normalize.h"
#include "compare.h"
#include "compare_widely.h"
#include "rows.h"
#include "storage_error.h"
#include "exact_sums.h"
#include "memory_sum.h"

const struct divergence_functions PATH_FUNCTIONS = {measure, storage_bounds, add_exactly, memory_sum};
