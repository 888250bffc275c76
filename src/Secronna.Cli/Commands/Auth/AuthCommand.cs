using System.CommandLine;

namespace Secronna.Cli.Commands.Auth;

/// <summary><c>auth login|whoami|logout</c>.</summary>
internal static class AuthCommand
{
    public static Command Create() =>
        new("auth", "Sign in and out") { LoginCommand.Create(), WhoamiCommand.Create(), LogoutCommand.Create() };
}
