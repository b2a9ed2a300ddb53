// Walks the same bytes as `tokenshift-bench --reading` with simdjson's on-demand parser, and adds up what it finds.
//
//   c++ -O3 -march=native walk.cpp -lsimdjson -o walk && ./walk ROUNDS FILE…
//
// Prints the processor time of every round in seconds, one line each. Files are JSONL in the token-in/token-out shape.

#include <ctime>
#include <iostream>
#include <simdjson.h>
#include <vector>

using namespace simdjson;

static double seconds() {
  timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return double(t.tv_sec) + 1e-9 * double(t.tv_nsec);
}

static double walk(ondemand::parser &parser, const padded_string &text) {
  double sum = 0;
  size_t longest = 0;
  for (const char *p = text.data(), *end = p + text.size(); p < end;) {
    const char *line = static_cast<const char *>(memchr(p, '\n', size_t(end - p)));
    if (!line) line = end;
    longest = std::max(longest, size_t(line - p));
    p = line + 1;
  }
  ondemand::document_stream documents;
  if (parser.iterate_many(text, longest + 64).get(documents)) return -1;
  for (auto document : documents) {
    for (auto id : document["prompt_token_ids"]) sum += double(int64_t(id));
    for (auto choice : document["choices"]) {
      for (auto id : choice["token_ids"]) sum += double(int64_t(id));
      for (auto entry : choice["logprobs"]["content"]) {
        for (auto field : entry.get_object()) {
          std::string_view key = field.unescaped_key();
          if (key == "top_logprobs") {
            for (auto listed : field.value()) {
              for (auto member : listed.get_object()) {
                std::string_view name = member.unescaped_key();
                if (name == "logprob") sum += double(member.value());
                else if (name == "token_id" || name == "rank") sum += double(int64_t(member.value()));
              }
            }
          } else if (key == "logprob") sum += double(field.value());
          else if (key == "token_id" || key == "rank") sum += double(int64_t(field.value()));
        }
      }
    }
  }
  return sum;
}

int main(int count, char **arguments) {
  std::vector<padded_string> texts;
  for (int i = 2; i < count; i++) texts.push_back(padded_string::load(arguments[i]));
  ondemand::parser parser;
  double sum = 0;
  for (int round = 0; round < atoi(arguments[1]); round++) {
    double start = seconds();
    for (auto &text : texts) sum += walk(parser, text);
    std::cout << seconds() - start << std::endl;
  }
  std::cerr << "sum " << sum << std::endl;
}
