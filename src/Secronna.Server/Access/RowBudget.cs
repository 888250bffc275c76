namespace Secronna.Server.Access;

/// <summary>
/// The rows that a request may look at in search of what its caller may see (S31). With the rows joined to them, a request looks
/// at 20,000 rows at most.
/// </summary>
/// <param name="rows">The number of rows.</param>
internal sealed class RowBudget(int rows = RowBudget.Places)
{
    /// <summary>The projects and environments that a request may look at.</summary>
    public const int Places = 2_500;

    /// <summary>The secrets, or changes of secrets, that a request may look at.</summary>
    public const int Secrets = 5_000;

    private int left = rows;

    /// <summary>Whether the request must end its page.</summary>
    public bool IsSpent => left <= 0;

    /// <summary>Counts what one statement read. A statement counts even if it found nothing.</summary>
    public void Count(int rows) => left -= rows + 1;
}
