// CUBIC for ns-3 in real numbers, as RFC 9438 writes it, beside ns-3's own in whole segments: what differs between the two is
// the rounding. "WholeTarget" rounds the curve as ns-3 does, and nothing else.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>

#include "ns3/core-module.h"
#include "ns3/internet-module.h"

namespace ns3 {

class TcpCubicAsWritten : public TcpCongestionOps {
public:
    static TypeId GetTypeId() {
        static TypeId tid = TypeId("ns3::TcpCubicAsWritten")
                                .SetParent<TcpCongestionOps>()
                                .AddConstructor<TcpCubicAsWritten>()
                                .AddAttribute("FastConvergence", "Gives way to newcomers", BooleanValue(true),
                                              MakeBooleanAccessor(&TcpCubicAsWritten::fast_convergence_), MakeBooleanChecker())
                                .AddAttribute("WholeTarget", "Distance from the inflection rounded down to whole segments", BooleanValue(false),
                                              MakeBooleanAccessor(&TcpCubicAsWritten::whole_), MakeBooleanChecker());
        return tid;
    }
    std::string GetName() const override { return "TcpCubicAsWritten"; }
    Ptr<TcpCongestionOps> Fork() override { return CopyObject<TcpCubicAsWritten>(this); }

    void IncreaseWindow(Ptr<TcpSocketState> state, std::uint32_t acknowledged) override {
        const double segment_B = state->m_segmentSize;
        if (static_cast<std::uint32_t>(size_ * segment_B) != state->m_cWnd) size_ = state->m_cWnd / segment_B;  // it was cut
        if (state->m_cWnd < state->m_ssThresh) size_ += acknowledged;
        else climb(acknowledged, state->m_minRtt.GetSeconds());
        state->m_cWnd = static_cast<std::uint32_t>(size_ * segment_B);
    }
    std::uint32_t GetSsThresh(Ptr<const TcpSocketState> state, std::uint32_t) override {
        const double size = state->m_cWnd / static_cast<double>(state->m_segmentSize);
        const bool less = std::floor(size) < std::floor(top_);
        top_ = fast_convergence_ && less ? size * (1.0 + kBeta) / 2.0 : size;
        prior_ = size;
        epoch_s_ = -1.0;
        return static_cast<std::uint32_t>(std::max(size * kBeta, 2.0) * state->m_segmentSize);
    }

private:
    static constexpr double kC = 0.4, kBeta = 0.7;

    double curve(double off_s) const {
        const double off = kC * off_s * off_s * off_s;
        return top_ + (whole_ ? std::trunc(off) : off);
    }
    void climb(std::uint32_t acknowledged, double rtt_s) {
        const double now_s = Simulator::Now().GetSeconds();
        if (epoch_s_ < 0.0) {
            epoch_s_ = now_s;
            top_ = std::max(top_, size_);
            inflection_s_ = std::cbrt((top_ - size_) / kC);
            friendly_ = size_;
        }
        const double off_s = now_s - epoch_s_ - inflection_s_;
        friendly_ += (friendly_ < prior_ ? 3.0 * (1.0 - kBeta) / (1.0 + kBeta) : 1.0) * acknowledged / size_;
        if (curve(off_s) < friendly_) size_ = std::max(size_, friendly_);
        else size_ += (std::clamp(curve(off_s + rtt_s), size_, 1.5 * size_) - size_) / size_ * acknowledged;
    }

    bool fast_convergence_ = true, whole_ = false;
    double size_ = 0.0, top_ = 0.0, prior_ = 0.0, friendly_ = 0.0, inflection_s_ = 0.0, epoch_s_ = -1.0;
};

}  // namespace ns3
