#include <nanobind/stl/vector.h>

#include <memory>

#include "bind/arrays.hpp"
#include "bind/classify_docs.hpp"
#include "bind/rooms.hpp"
#include "classify/forest.hpp"
#include "classify/ranges.hpp"
#include "classify/search.hpp"

namespace easterly::bind {

namespace {

using nb::literals::operator""_a;
using Word = std::uint64_t;
using Words = In<Word>;
using Words2 = In2<Word>;

constexpr std::size_t kMostRules = std::size_t{1} << 22;

std::string place(const char* name, std::size_t row, std::size_t dim, Word value) {
    return std::string(name) + "[" + std::to_string(row) + ", " + std::to_string(dim) + "] is " + std::to_string(value);
}

classify::Boxes boxes(const Words2& low, const Words2& high, const Words& top) {
    const std::size_t dims = top.shape(0);
    if (dims < 1 || dims > classify::kMostDims)
        refuse("top has " + std::to_string(dims) + " dimensions, not 1 to " + std::to_string(classify::kMostDims));
    for (const auto& [name, array] : {std::pair{"low", &low}, std::pair{"high", &high}})
        if (array->shape(0) != low.shape(0) || array->shape(1) != dims)
            refuse(std::string(name) + " is " + std::to_string(array->shape(0)) + " x " +
                   std::to_string(array->shape(1)) + ", not " + std::to_string(low.shape(0)) + " x " +
                   std::to_string(dims));
    if (low.shape(0) > kMostRules) refuse(std::to_string(low.shape(0)) + " rules are more than 2^22");
    const classify::Boxes made{{low.data(), low.size()}, {high.data(), high.size()}, view(top)};
    for (std::size_t r = 0; r < made.count(); ++r)
        for (std::size_t d = 0; d < dims; ++d) {
            if (made.highs(r)[d] > made.top[d])
                refuse(place("high", r, d, made.highs(r)[d]) + ", above " + std::to_string(made.top[d]));
            if (made.lows(r)[d] > made.highs(r)[d])
                refuse(place("low", r, d, made.lows(r)[d]) + ", above its high " + std::to_string(made.highs(r)[d]));
        }
    return made;
}

// A compiled rule set that Python can hold.
class Classifier {
   public:
    Classifier(Words2 low, Words2 high, Words top, std::int64_t leaf, std::int64_t copies) {
        const classify::Boxes rules = boxes(low, high, top);
        if (leaf < 1 || leaf > 1024) refuse("leaf is " + std::to_string(leaf) + ", not within 1..1024");
        if (copies < 1 || copies > 64) refuse("copies is " + std::to_string(copies) + ", not within 1..64");
        nb::gil_scoped_release released;
        forest_ = classify::grow(rules, {leaf, copies});
    }

    std::int32_t first(const Words& packet) const {
        same_length("packet", view(packet).size(), "dimension", forest_.top.size());
        for (std::size_t d = 0; d < forest_.top.size(); ++d) fits(d, 0, view(packet)[d]);
        return forest_.first(packet.data());
    }

    Out<std::int32_t> classify(const std::vector<Words>& fields) const {
        same_length("fields", fields.size(), "dimension", forest_.top.size());
        std::vector<const Word*> columns;
        for (const Words& field : fields) {
            same_length("each field", field.shape(0), "packet", fields.front().shape(0));
            columns.push_back(field.data());
        }
        std::vector<std::int32_t> rule(fields.front().shape(0));
        {
            nb::gil_scoped_release released;
            for (const auto d : forest_.used) check(d, view(fields[d]));
            forest_.first(columns, rule);
        }
        return give(std::move(rule));
    }

    nb::dict state() const {
        nb::dict made;
        made["rules"] = forest_.rules;
        made["trees"] = forest_.roots.size();
        made["nodes"] = forest_.nodes.size();
        made["references"] = forest_.refs.size();
        made["depth"] = forest_.depth;
        made["largest_leaf"] = forest_.widest;
        made["memory_B"] = forest_.memory_B();
        made["bound_B"] = forest_.bound_B();
        return made;
    }

   private:
    classify::Forest forest_;

    void fits(std::size_t d, std::size_t p, Word value) const {
        if (value > forest_.top[d])
            refuse("fields[" + std::to_string(d) + "][" + std::to_string(p) + "] is " + std::to_string(value) +
                   ", above " + std::to_string(forest_.top[d]));
    }
    void check(std::size_t d, std::span<const Word> column) const {
        Word over = 0;
        for (const Word x : column) over |= static_cast<Word>(x > forest_.top[d]);
        if (over == 0) return;
        for (std::size_t p = 0; p < column.size(); ++p) fits(d, p, column[p]);
    }
};

// Answers of several questions, one after the other.
struct Answers {
    std::vector<std::int8_t> status;
    std::vector<std::int64_t> ptr{0};
    std::vector<std::int32_t> cover;
    std::vector<Word> packet;
    std::size_t dims;

    void add(const classify::Answer& answer) {
        status.push_back(static_cast<std::int8_t>(answer.status));
        cover.insert(cover.end(), answer.cover.begin(), answer.cover.end());
        ptr.push_back(static_cast<std::int64_t>(cover.size()));
        packet.insert(packet.end(), answer.packet.begin(), answer.packet.end());
        packet.resize(status.size() * dims, 0);
    }
    nb::tuple give_all() {
        const std::size_t rows = status.size();
        return nb::make_tuple(give(std::move(status)), give(std::move(packet), rows, dims), give(std::move(ptr)),
                              give(std::move(cover)));
    }
};

void check_work(std::int64_t work) {
    if (work < 0) refuse("work is " + std::to_string(work) + ", not a number of comparisons");
}

template <class Ask>
nb::tuple ask(const In<std::int32_t>& rule, std::size_t dims, Ask question) {
    Answers answers;
    answers.dims = dims;
    {
        nb::gil_scoped_release released;
        for (const auto r : view(rule)) answers.add(question(static_cast<std::size_t>(r)));
    }
    return answers.give_all();
}

auto hit(Words2 low, Words2 high, Words top, In<std::int32_t> rule, std::int64_t work) {
    const classify::Boxes rules = boxes(low, high, top);
    in_range("rule", view(rule), static_cast<std::int64_t>(rules.count()));
    check_work(work);
    return ask(rule, rules.dims(), [&](std::size_t r) { return classify::hit(rules, r, work); });
}

auto matters(Words2 low, Words2 high, Words top, In<std::int32_t> effect, std::int32_t rest, In<std::uint8_t> kept,
             In<std::int32_t> rule, std::int64_t work) {
    const classify::Boxes rules = boxes(low, high, top);
    same_length("effect", view(effect).size(), "rule", rules.count());
    same_length("kept", view(kept).size(), "rule", rules.count());
    in_range("rule", view(rule), static_cast<std::int64_t>(rules.count()));
    check_work(work);
    return ask(rule, rules.dims(), [&](std::size_t r) {
        return classify::matters(rules, view(effect), rest, view(kept), r, work);
    });
}

auto crossing(Words2 low, Words2 high, Words top, In<std::int32_t> effect, std::int64_t begin, std::int64_t end,
              std::int64_t most) {
    const classify::Boxes rules = boxes(low, high, top);
    same_length("effect", view(effect).size(), "rule", rules.count());
    if (begin < 0 || end < begin || end > static_cast<std::int64_t>(rules.count()))
        refuse("begin and end are " + std::to_string(begin) + " and " + std::to_string(end) + ", no range of rules");
    std::vector<std::int32_t> pairs;
    std::int64_t count = 0;
    {
        nb::gil_scoped_release released;
        count = classify::crossing(rules, view(effect), static_cast<std::size_t>(begin), static_cast<std::size_t>(end),
                                   most, pairs);
    }
    const std::size_t rows = pairs.size() / 2;
    return nb::make_tuple(count, give(std::move(pairs), rows, 2));
}

auto contested(Words2 low, Words2 high, Words top, In2<std::int32_t> pairs, std::int64_t work) {
    const classify::Boxes rules = boxes(low, high, top);
    if (pairs.shape(1) != 2) refuse("pairs is " + std::to_string(pairs.shape(1)) + " wide, not 2");
    in_range("pairs", std::span<const std::int32_t>(pairs.data(), pairs.size()),
             static_cast<std::int64_t>(rules.count()));
    check_work(work);
    Answers answers;
    answers.dims = rules.dims();
    {
        nb::gil_scoped_release released;
        for (std::size_t i = 0; i < pairs.shape(0); ++i)
            answers.add(classify::contested(rules, static_cast<std::size_t>(pairs.data()[2 * i]),
                                            static_cast<std::size_t>(pairs.data()[2 * i + 1]), work));
    }
    return answers.give_all();
}

int width_of(const Words& low, const Words& high, std::int64_t width) {
    same_length("high", view(high).size(), "range", view(low).size());
    if (width < 1 || width > 64) refuse("width is " + std::to_string(width) + ", not within 1..64");
    for (std::size_t i = 0; i < view(low).size(); ++i) {
        if (width < 64 && view(high)[i] >> width != 0)
            refuse(entry("high", i, std::to_string(view(high)[i])) + ", more than " + std::to_string(width) + " bits");
        if (view(low)[i] > view(high)[i])
            refuse(entry("low", i, std::to_string(view(low)[i])) + ", above its high " +
                   std::to_string(view(high)[i]));
    }
    return static_cast<int>(width);
}

auto prefixes(Words low, Words high, std::int64_t width) {
    const int bits = width_of(low, high, width);
    std::vector<classify::Prefix> made;
    std::vector<std::int64_t> ptr{0};
    std::vector<Word> value;
    std::vector<std::int32_t> length;
    {
        nb::gil_scoped_release released;
        for (std::size_t i = 0; i < view(low).size(); ++i) {
            classify::prefixes(view(low)[i], view(high)[i], bits, made);
            ptr.push_back(static_cast<std::int64_t>(made.size()));
        }
        for (const auto& each : made) {
            value.push_back(each.value);
            length.push_back(bits - each.free);
        }
    }
    return nb::make_tuple(give(std::move(ptr)), give(std::move(value)), give(std::move(length)));
}

auto entries(Words low, Words high, std::int64_t width, std::int64_t chunk) {
    const int bits = width_of(low, high, width);
    if (chunk < 0 || chunk > 64) refuse("chunk is " + std::to_string(chunk) + ", not within 0..64");
    std::vector<std::int64_t> count(view(low).size());
    {
        nb::gil_scoped_release released;
        for (std::size_t i = 0; i < count.size(); ++i)
            count[i] = chunk == 0 ? classify::count_prefixes(view(low)[i], view(high)[i], bits)
                                  : classify::count_fences(view(low)[i], view(high)[i], bits, static_cast<int>(chunk));
    }
    return give(std::move(count));
}

}  // namespace

void classify(nb::module_& m) {
    nb::class_<Classifier>(m, "Classifier", kClassifier)
        .def(nb::init<Words2, Words2, Words, std::int64_t, std::int64_t>(), "low"_a.noconvert(), "high"_a.noconvert(),
             "top"_a.noconvert(), "leaf"_a, "copies"_a)
        .def("first", &Classifier::first, "packet"_a.noconvert(), kFirst)
        .def("classify", &Classifier::classify, "fields"_a.noconvert(), kClassify)
        .def_prop_ro("state", &Classifier::state, kForestState);
    m.def("hit", &hit, "low"_a.noconvert(), "high"_a.noconvert(), "top"_a.noconvert(), "rule"_a.noconvert(), "work"_a,
          kHit);
    m.def("matters", &matters, "low"_a.noconvert(), "high"_a.noconvert(), "top"_a.noconvert(), "effect"_a.noconvert(),
          "rest"_a, "kept"_a.noconvert(), "rule"_a.noconvert(), "work"_a, kMatters);
    m.def("crossing", &crossing, "low"_a.noconvert(), "high"_a.noconvert(), "top"_a.noconvert(),
          "effect"_a.noconvert(), "begin"_a, "end"_a, "most"_a, kCrossing);
    m.def("contested", &contested, "low"_a.noconvert(), "high"_a.noconvert(), "top"_a.noconvert(),
          "pairs"_a.noconvert(), "work"_a, kContested);
    m.def("prefixes", &prefixes, "low"_a.noconvert(), "high"_a.noconvert(), "width"_a, kPrefixes);
    m.def("entries", &entries, "low"_a.noconvert(), "high"_a.noconvert(), "width"_a, "chunk"_a, kEntries);
}

}  // namespace easterly::bind
