#include "paths.h"

#define PATH_FUNCTION truncation_compare_portable
#define PATH_EXPONENTIALS truncation_exponentials_portable
#define PATH_LOGARITHMS truncation_logarithms_portable
#include "compare.h"
