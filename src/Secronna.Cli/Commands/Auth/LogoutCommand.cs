using System.CommandLine;
using Secronna.Cli.Help;
using Secronna.Cli.Session;

namespace Secronna.Cli.Commands.Auth;

/// <summary><c>auth logout</c>.</summary>
internal static class LogoutCommand
{
    public static Command Create() => new Command("logout", "Forget what `auth login` kept").Example("secronna auth logout").Does(_ =>
    {
        Invocation.Note(SessionFile.OfUser.Delete() ? "Signed out." : "Nothing was kept.");
        if (Connecting.IsTokenFromVariable)
        {
            Invocation.Note("SECRONNA_TOKEN is set still.");
        }

        return Task.CompletedTask;
    });
}
