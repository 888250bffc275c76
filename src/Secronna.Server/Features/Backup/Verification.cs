using System.Globalization;

namespace Secronna.Server.Features.Backup;

/// <summary>The result of a verification: counts, and the problems found. Problems name ids, never values.</summary>
internal sealed class Verification
{
    private const int MaxListed = 20;

    private readonly List<string> problems = [];

    public long Workspaces { get; set; }

    public long Projects { get; set; }

    public long Keks { get; set; }

    public long Environments { get; set; }

    public long Secrets { get; set; }

    /// <summary>Versions that were opened.</summary>
    public long Versions { get; set; }

    /// <summary>
    /// Opened versions whose wrapped data key does not bind the secret's key (S6). Rotating the KEK of their project binds it.
    /// </summary>
    public long OldWraps { get; set; }

    /// <summary>Deleted secrets, which are kept as tombstones (S15).</summary>
    public long DeletedSecrets { get; set; }

    /// <summary>Versions that were destroyed alone, of secrets that exist (S15).</summary>
    public long DestroyedVersions { get; set; }

    /// <summary>Versions of deleted secrets that a running server still has to destroy.</summary>
    public long VersionsToDestroy { get; set; }

    public long AuditEntries { get; set; }

    public long ProblemCount { get; private set; }

    /// <summary>The first problems, at most twenty.</summary>
    public IReadOnlyList<string> Problems => problems;

    /// <summary>Adds a problem.</summary>
    public void Add(string problem)
    {
        ProblemCount++;
        if (problems.Count < MaxListed)
        {
            problems.Add(problem);
        }
    }

    /// <summary>The counts in one line.</summary>
    public override string ToString() => string.Join(", ", new[]
    {
        Count(Workspaces, "workspace"), Count(Projects, "project"), Count(Keks, "KEK"), Count(Environments, "environment"),
        Count(Secrets, "secret"), Count(Versions, "version") + " opened", Count(DeletedSecrets, "deleted secret"),
        Count(DestroyedVersions, "destroyed version"),
        Count(AuditEntries, "audit entry", "audit entries"),
    }) + (OldWraps > 0 ? $" ({Count(OldWraps, "old wrap")}: rotate the KEKs with secronna-server kek rotate)" : "")
        + (VersionsToDestroy > 0 ? $" ({Count(VersionsToDestroy, "version")} of deleted secrets that a server still has to destroy)" : "");

    private static string Count(long count, string singular, string? plural = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{count:N0} {(count == 1 ? singular : plural ?? singular + "s")}");
}
