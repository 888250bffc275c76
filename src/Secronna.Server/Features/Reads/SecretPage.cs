using Secronna.Server.Access;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Reads;

/// <summary>A secret and its last reveal; <c>null</c> if it was never revealed.</summary>
internal sealed record ReadSecret(SecretRow Secret, SecretReadRow? Read);

/// <summary>A row of a list that was looked at.</summary>
/// <param name="Position">Its position in the list.</param>
/// <param name="Secret">The secret, if it belongs to the page.</param>
internal readonly record struct LookedAt(string Position, ReadSecret? Secret);

/// <summary>Collects the secrets of a page from a bounded number of rows (S31).</summary>
/// <param name="limit">The largest number of secrets.</param>
/// <param name="rows">After so many rows the page is over, although it may have few secrets or none.</param>
internal sealed class SecretPage(int limit, int rows)
{
    private readonly RowBudget budget = new(rows);

    public List<ReadSecret> Found { get; } = [];

    public bool IsOver => Found.Count == limit || budget.IsSpent;

    /// <summary>Adds rows in the order of the list. Returns the position after the last one that was looked at; <c>null</c> at the list's end.</summary>
    /// <param name="read">The rows.</param>
    /// <param name="asked">How many rows were asked for. Fewer rows are the last ones.</param>
    public string? Add(IReadOnlyList<LookedAt> read, int asked)
    {
        budget.Count(read.Count);
        for (var i = 0; i < read.Count; i++)
        {
            if (read[i].Secret is { } secret)
            {
                Found.Add(secret);
                if (Found.Count == limit && (i < read.Count - 1 || read.Count == asked))
                {
                    return read[i].Position;
                }
            }
        }

        return read.Count == asked ? read[^1].Position : null;
    }
}
