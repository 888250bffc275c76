using Xunit.v3;

namespace Secronna.IntegrationTests.Engines;

/// <summary>
/// Marks tests whose outcome depends on transactions, locks or snapshots, which a pooler in transaction mode could break. An
/// ordinary run of test.sh repeats only these tests behind pgbouncer. A thorough run repeats all tests over HTTP there.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
internal sealed class DependsOnTransactionsAttribute : Attribute, ITraitAttribute
{
    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new("Pooler", "Transactions")];
}
