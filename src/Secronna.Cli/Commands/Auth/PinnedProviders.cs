using Secronna.Cli.Input;
using Secronna.Cli.Output;
using Secronna.Cli.Session;

namespace Secronna.Cli.Commands.Auth;

/// <summary>Asks the person about a provider that a server names for the first time, or that is another than before.</summary>
internal static class PinnedProviders
{
    /// <summary>Requires that the person has agreed to sign in like this.</summary>
    /// <param name="server">The server's origin.</param>
    /// <param name="wanted">How the server wants the person to sign in.</param>
    /// <param name="known">How the person signed in before, by server.</param>
    /// <param name="isAnswered">Whether the person has agreed on the command line.</param>
    /// <exception cref="Secronna.Cli.Errors.CliException">The person did not agree, or nobody can be asked.</exception>
    public static void RequireAgreed(
        string server, PinnedProvider wanted, IReadOnlyDictionary<string, PinnedProvider> known, bool isAnswered)
    {
        var before = known.GetValueOrDefault(server);
        if (before is not null && before.IsSameAs(wanted))
        {
            return;
        }

        foreach (var other in known.Where(pin => pin.Key != server && pin.Value.SharesTokensWith(wanted)).Select(pin => pin.Key))
        {
            StandardError.WriteNote($"The token would be valid at {other} too: whoever runs {server} could use it there in your name.");
        }

        Question.RequireYes(
            before is null
                ? $"You sign in to {server} for the first time. Is this its identity provider?"
                : $"{server} wants another sign-in than before, which was {before.Describe()}.{TokenChange(before, wanted)} Is the new one right?",
            isAnswered);
    }

    private static string TokenChange(PinnedProvider before, PinnedProvider wanted) =>
        before.TokenType == wanted.TokenType ? "" : $" It now wants {wanted.TokenName} instead of {before.TokenName}.";
}
