using Secronna.Crypto.Trail;
using Secronna.Protocol;

namespace Secronna.Cli.Trail;

/// <summary>A secret as the server stores it.</summary>
/// <param name="Id">The secret's id.</param>
/// <param name="Path">The secret's path.</param>
/// <param name="CurrentVersion">The number of the current version.</param>
/// <param name="Versions">The versions, newest first. They may be a little newer than the current version.</param>
internal sealed record StoredSecret(string Id, string Path, int CurrentVersion, IReadOnlyList<VersionResponse> Versions)
{
    private string Name => $"{Path} ({Id})";

    /// <summary>
    /// What contradicts the log. The log's mark must be from before the secret was read. While the log doesn't cover the moment when
    /// the secret was read, a change since the mark is among these too.
    /// </summary>
    public IEnumerable<string> ProblemsBy(LoggedVersions logged)
    {
        if (logged.WasDeleted(Id))
        {
            yield return $"{Name} is there, although by the log it was deleted";
        }

        foreach (var version in Versions)
        {
            if (ProblemOf(version, logged) is { } problem)
            {
                yield return $"version {version.Version} of {Name} {problem}";
            }
        }

        foreach (var missing in Enumerable.Range(1, Math.Max(CurrentVersion, Versions.Count > 0 ? Versions[0].Version : 0))
            .Except(Versions.Select(version => version.Version)))
        {
            yield return $"version {missing} of {Name} is missing";
        }

        if (logged.FindLast(Id) is { } last && (CurrentVersion > last || CurrentVersion < logged.FindLastAtMark(Id)))
        {
            yield return $"{Name} points to version {CurrentVersion}, but by the log version {last} was written last";
        }
    }

    private string? ProblemOf(VersionResponse version, LoggedVersions logged) => version switch
    {
        { Destroyed: true } => logged.IsDestroyed(Id, version.Version) ? null : "is destroyed, but the log doesn't say by whom",
        { BoxHash: null } => "has no sealed value, although it isn't destroyed",
        _ when logged.WasDestroyed(Id, version.Version) => "has a sealed value, although by the log it was destroyed",
        _ when logged.Find(Id, version.Version) is not { } written => "was added without the log, which doesn't name it",
        _ => logged.Find(Id, version.Version)!.Value.ToString() == version.BoxHash
            ? null
            : "holds another sealed value than the one that by the log was written",
    };
}
