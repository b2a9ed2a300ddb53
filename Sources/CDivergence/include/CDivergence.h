#ifndef CDIVERGENCE_H
#define CDIVERGENCE_H
#endif
