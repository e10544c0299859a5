// The opaque types of medgym.h: each shares ownership of what it needs, so handles may be destroyed in any order.
#pragma once
#include "abi/guard.h"
#include "model/generator.h"
#include "model/optimizer.h"
#include "model/run.h"

struct mg_model {
  std::shared_ptr<medgym::Model> model;
};
struct mg_adapter {
  std::shared_ptr<medgym::Adapter> adapter;
};
struct mg_optimizer {
  std::unique_ptr<medgym::Optimizer> optimizer;
};
struct mg_generator {
  std::unique_ptr<medgym::Generator> generator;
};
