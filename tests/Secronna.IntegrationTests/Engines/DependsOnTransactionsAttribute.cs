using Xunit.v3;

namespace Secronna.IntegrationTests.Engines;

/// <summary>
/// Marks tests whose outcome depends on transactions, locks or snapshots, which a pooler in transaction mode could break:
/// an ordinary run of test.sh repeats these alone behind pgbouncer, a thorough one all tests over HTTP.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
internal sealed class DependsOnTransactionsAttribute : Attribute, ITraitAttribute
{
    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new("Pooler", "Transactions")];
}
