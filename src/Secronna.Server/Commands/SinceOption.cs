using System.CommandLine;

namespace Secronna.Server.Commands;

/// <summary>What the operator says of a database that was restored.</summary>
/// <param name="From">What says what happened after the backup; <c>null</c> if nothing was named.</param>
/// <param name="Since">The choice where nothing says it: <c>accept</c>, <c>suspend</c> or <c>null</c>.</param>
/// <param name="Reason">Why it was restored; <c>null</c> if nothing was said.</param>
internal sealed record RestorationChoice(string? From, string? Since, string? Reason)
{
    /// <summary>The choice that all credentials are revoked.</summary>
    public const string Suspend = "suspend";
}

/// <summary>The options that say what happened after a backup was made.</summary>
internal sealed class SinceOption
{
    private const string Accept = "accept";

    private readonly Option<string?> reason = new("--reason") { Description = "Why it is restored; the trails say it" };
    private readonly Option<string?> since = new("--since")
    {
        Description = "Where nothing says what was revoked since the backup: accept lets all its credentials work again, suspend revokes them",
    };

    /// <summary>Adds the options to a command.</summary>
    public SinceOption(Command command)
    {
        since.AcceptOnlyFromAmong(Accept, RestorationChoice.Suspend);
        command.Add(reason);
        command.Add(since);
    }

    /// <summary>What the operator said.</summary>
    public RestorationChoice Read(ParseResult parsed, string? from = null) => new(from, parsed.GetValue(since), parsed.GetValue(reason));
}
