using System.Globalization;

namespace Secronna.Server.Features.Backup;

/// <summary>What was found in a database: counts, and what is wrong with it, by ids and never by value.</summary>
internal sealed class Verification
{
    private const int MostListed = 20;

    private readonly List<string> problems = [];

    public long Workspaces { get; set; }

    public long Projects { get; set; }

    public long Keks { get; set; }

    public long Environments { get; set; }

    public long Secrets { get; set; }

    /// <summary>Versions that were opened.</summary>
    public long Versions { get; set; }

    /// <summary>Tombstones (S15).</summary>
    public long DeletedSecrets { get; set; }

    /// <summary>Versions of tombstones that a running server is still to destroy.</summary>
    public long VersionsToDestroy { get; set; }

    public long AuditEntries { get; set; }

    public long ProblemCount { get; private set; }

    /// <summary>The first of them.</summary>
    public IReadOnlyList<string> Problems => problems;

    public void Add(string problem)
    {
        ProblemCount++;
        if (problems.Count < MostListed)
        {
            problems.Add(problem);
        }
    }

    /// <summary>The counts in a line.</summary>
    public override string ToString() => string.Join(", ", new[]
    {
        Count(Workspaces, "workspace"), Count(Projects, "project"), Count(Keks, "KEK"), Count(Environments, "environment"),
        Count(Secrets, "secret"), Count(Versions, "version") + " opened", Count(DeletedSecrets, "deleted secret"),
        Count(AuditEntries, "audit entry", "audit entries"),
    }) + (VersionsToDestroy > 0 ? $" ({Count(VersionsToDestroy, "version")} of deleted secrets a server is still to destroy)" : "");

    private static string Count(long count, string one, string? many = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{count:N0} {(count == 1 ? one : many ?? one + "s")}");
}
