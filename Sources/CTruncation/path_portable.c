#include "paths.h"

#define PATH_FUNCTIONS truncation_portable
#include "compare.h"
