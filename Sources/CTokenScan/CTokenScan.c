#include "CTokenScan.h"
