#include "CDivergence.h"
