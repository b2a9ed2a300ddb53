#include "paths.h"

#define LANES 4
#define PATH_FUNCTIONS tree_hash_portable
#include "lanes.h"
