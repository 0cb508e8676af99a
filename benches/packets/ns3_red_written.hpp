// RED for ns-3 by the rules of its paper (Floyd & Jacobson 1993; gentle: Floyd 2000), beside ns-3's own: what differs between the
// two is these rules.
#pragma once

#include <cmath>
#include <cstdint>

#include "ns3/core-module.h"
#include "ns3/network-module.h"
#include "ns3/traffic-control-module.h"

namespace ns3 {

class RedAsWritten : public QueueDisc {
public:
    static TypeId GetTypeId() {
        static TypeId tid =
            TypeId("ns3::RedAsWritten")
                .SetParent<QueueDisc>()
                .AddConstructor<RedAsWritten>()
                .AddAttribute("MaxSize", "Limit", QueueSizeValue(QueueSize("1000000000B")),
                              MakeQueueSizeAccessor(&QueueDisc::SetMaxSize, &QueueDisc::GetMaxSize), MakeQueueSizeChecker())
                .AddAttribute("MinTh", "Bytes", DoubleValue(0.0), MakeDoubleAccessor(&RedAsWritten::low_), MakeDoubleChecker<double>())
                .AddAttribute("MaxTh", "Bytes", DoubleValue(0.0), MakeDoubleAccessor(&RedAsWritten::high_), MakeDoubleChecker<double>())
                .AddAttribute("MaxP", "Probability there", DoubleValue(0.1), MakeDoubleAccessor(&RedAsWritten::most_), MakeDoubleChecker<double>())
                .AddAttribute("QW", "Weight", DoubleValue(0.002), MakeDoubleAccessor(&RedAsWritten::weight_), MakeDoubleChecker<double>())
                .AddAttribute("Slot", "Seconds of a packet", DoubleValue(0.0), MakeDoubleAccessor(&RedAsWritten::slot_s_), MakeDoubleChecker<double>())
                .AddAttribute("Gentle", "Up to twice the upper threshold", BooleanValue(true), MakeBooleanAccessor(&RedAsWritten::gentle_), MakeBooleanChecker())
                .AddAttribute("UseEcn", "Marks", BooleanValue(false), MakeBooleanAccessor(&RedAsWritten::ecn_), MakeBooleanChecker());
        return tid;
    }
    RedAsWritten() : QueueDisc(QueueDiscSizePolicy::SINGLE_INTERNAL_QUEUE, QueueSizeUnit::BYTES), draw_(CreateObject<UniformRandomVariable>()) {}

private:
    bool DoEnqueue(Ptr<QueueDiscItem> item) override {
        const double length = GetInternalQueue(0)->GetNBytes(), now_s = Simulator::Now().GetSeconds();
        if (length == 0.0 && idle_s_ >= 0.0) average_ *= std::pow(1.0 - weight_, (now_s - idle_s_) / slot_s_);
        else average_ += weight_ * (length - average_);
        idle_s_ = -1.0;
        const bool beyond = average_ >= (gentle_ ? 2.0 : 1.0) * high_;
        const bool meant = draw_->GetValue() < spread(chance());
        if (meant) count_ = 0;
        if (meant && (beyond || !ecn_ || !Mark(item, "marked"))) {
            DropBeforeEnqueue(item, "dropped");
            if (length == 0.0) idle_s_ = now_s;
            return false;
        }
        return GetInternalQueue(0)->Enqueue(item);
    }
    Ptr<QueueDiscItem> DoDequeue() override {
        Ptr<QueueDiscItem> next = GetInternalQueue(0)->Dequeue();
        if (next && GetInternalQueue(0)->IsEmpty()) idle_s_ = Simulator::Now().GetSeconds();
        return next;
    }
    bool CheckConfig() override {
        if (GetNInternalQueues() == 0) AddInternalQueue(CreateObjectWithAttributes<DropTailQueue<QueueDiscItem>>("MaxSize", QueueSizeValue(GetMaxSize())));
        return true;
    }
    void InitializeParams() override {}

    double chance() const {
        if (average_ < low_) return 0.0;
        if (average_ < high_) return most_ * (average_ - low_) / (high_ - low_);
        return gentle_ && average_ < 2.0 * high_ ? most_ + (1.0 - most_) * (average_ - high_) / high_ : 1.0;
    }
    double spread(double base) {
        if (base <= 0.0) {
            count_ = -1;
            return 0.0;
        }
        ++count_;
        const double left = 1.0 - count_ * base;
        return base >= 1.0 || left <= base ? 1.0 : base / left;
    }

    double low_ = 0.0, high_ = 0.0, most_ = 0.1, weight_ = 0.002, slot_s_ = 0.0, average_ = 0.0, idle_s_ = 0.0;
    bool gentle_ = true, ecn_ = false;
    int count_ = -1;
    Ptr<UniformRandomVariable> draw_;
};

}  // namespace ns3
