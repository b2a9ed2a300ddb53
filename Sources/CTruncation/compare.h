// The bounds of one position. A path includes this source with the name of its table of functions.

#include "lanes.h"
#include "mass.h"
#include "boxes.h"
#include "ratios.h"
#include "terms.h"
#include "low.h"
#include "high.h"
#include "entropy.h"

/// Both bounds; an infinite value is bounded by infinity from both sides, and bounds never cross.
ALWAYS_INLINE struct truncation_bounds bounded(double low, double high, bool has_high) {
  if (low == __builtin_inf()) return (struct truncation_bounds){low, low, true};
  return (struct truncation_bounds){low, most_of(low, high), has_high};
}

/// Whether no listed token and no cap lies below the floor, and what is left over is enough for the others.
ALWAYS_INLINE bool allows(const struct truncation_row *row, const struct mass *mass, double floor) {
  double last = row->count > 0 ? row->logprobs[row->count - 1] : __builtin_inf();
  double least = mass->knows_count ? mass->unlisted_count * exp(floor) : 0;
  return floor <= least_of(row->unlisted_cap, last) + row->precision
    && least <= mass->rest_high + roundoff(row->count);
}

/// Whole vectors hold so many tokens with one more, and one vector stands behind them.
ALWAYS_INLINE size_t width_of(size_t reference_count, size_t tuned_count) {
  return (reference_count + tuned_count + 1 + 3 * LANES) / LANES * LANES;
}

static bool compare(const struct truncation_request *request, struct truncation_result *result) {
  const struct truncation_row *reference_row = &request->reference, *tuned_row = &request->tuned;
  size_t width = width_of(reference_row->count, tuned_row->count);
  double *room = request->room;
  struct places places = {
    (int32_t *)(room + 12 * width), (uint64_t *)(room + 13 * width), (int32_t *)(room + 14 * width)};
  place_tokens(request, &places);
  struct mass reference, tuned;
  bool are_known = read_masses(request, room, width, &reference, &tuned);
  *result = (struct truncation_result){
    .listed_reference = reference.listed, .listed_tuned = tuned.listed, .shared_top = shared_top(request, &places)};
  if (!are_known) return false;

  double *columns = room + 4 * width, *sorted = room + 8 * width;
  struct boxes boxes = {columns, columns + width, columns + 2 * width, columns + 3 * width, 0, 0, 0, 0};
  join(request, &reference, &tuned, sorted, width, &places, &boxes);

  struct entropy of_reference = entropy_begins(&reference), of_tuned = entropy_begins(&tuned);
  doubles reference_logarithms = logarithm_of(of_reference.arguments);
  doubles tuned_logarithms = logarithm_of(of_tuned.arguments);

  bool uses_floor = request->has_floor && allows(reference_row, &reference, request->floor)
    && allows(tuned_row, &tuned, request->floor);
  struct low low = low_bounds(&boxes, ratios(&boxes));
  struct high high = high_bounds(&boxes, &tuned, &reference, uses_floor ? exp(request->floor) : 0);
  struct truncation_bounds reference_entropy = entropy_ends(&of_reference, &reference, reference_logarithms);
  struct truncation_bounds tuned_entropy = entropy_ends(&of_tuned, &tuned, tuned_logarithms);
  *result = (struct truncation_result){
    .kl_tuned_reference = bounded(low.kl_tuned_reference, high.kl_tuned_reference, high.has_tuned_reference),
    .kl_reference_tuned = bounded(low.kl_reference_tuned, high.kl_reference_tuned, high.has_reference_tuned),
    .jensen_shannon = bounded(low.jensen_shannon, high.jensen_shannon, true),
    .total_variation = bounded(low.total_variation, high.total_variation, true),
    .entropy_reference = bounded(reference_entropy.low, reference_entropy.high, reference_entropy.has_high),
    .entropy_tuned = bounded(tuned_entropy.low, tuned_entropy.high, tuned_entropy.has_high),
    .listed_reference = reference.listed,
    .listed_tuned = tuned.listed,
    .shared_top = result->shared_top,
  };
  return true;
}

static void exponentials(const double *x, double *found) { set_vector(found, exponential(vector(x))); }

static void logarithms(const double *a, const double *b, double *found) {
  set_vector(found, logarithm(vector(a), vector(b), vector(a) - vector(b)));
}

const struct truncation_functions PATH_FUNCTIONS = {compare, exponentials, logarithms};
