using Xunit.v3;

namespace Secronna.Tests.Running;

/// <summary>Marks tests that measure seconds, memory or load. test.sh runs them while no other test program runs.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
internal sealed class RunsAloneAttribute : Attribute, ITraitAttribute
{
    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new("Alone", "yes")];
}
