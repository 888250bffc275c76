using System.CommandLine;
using Secronna.Cli.Help;

namespace Secronna.Cli.Commands.Secret;

/// <summary><c>secret reveal SECRET</c>: prints the value and nothing else.</summary>
internal static class RevealSecretCommand
{
    public static Command Create()
    {
        var (secret, version) = (ResourceArguments.Secret(), SecretReveal.VersionOption());
        return new Command("reveal", "Print the value of a secret and nothing else; the trail records it") { secret, version }
            .WithExample("secronna secret reveal web/production/DATABASE_URL --version 3")
            .WithAction(invocation => SecretReveal.PrintAsync(invocation, invocation.Get(secret), invocation.Get(version)));
    }
}
