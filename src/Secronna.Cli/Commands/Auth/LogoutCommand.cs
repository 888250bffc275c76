using System.CommandLine;
using Secronna.Cli.Errors;
using Secronna.Cli.Help;
using Secronna.Cli.Output;
using Secronna.Cli.Session;
using Secronna.Client;

namespace Secronna.Cli.Commands.Auth;

/// <summary><c>auth logout</c>: deletes the saved credential, and ends a sign-in at the identity provider too.</summary>
internal static class LogoutCommand
{
    public static Command Create() => new Command("logout", "Delete the credential that `auth login` saved")
        .WithExample("secronna auth logout")
        .WithAction(RunAsync);

    private static async Task RunAsync(CommandInvocation invocation)
    {
        if (await DeleteAsync(invocation.Cancellation).ConfigureAwait(false) is { } signIn)
        {
            await RevokeAsync(invocation, signIn).ConfigureAwait(false);
        }

        if (ServerConnection.IsTokenFromVariable)
        {
            StandardError.WriteNote("SECRONNA_TOKEN is still set: commands use its credential.");
        }
    }

    private static async Task<SignIn?> DeleteAsync(CancellationToken cancellation)
    {
        var file = SessionFile.OfUser;
        using (await file.LockAsync(TimeProvider.System, cancellation).ConfigureAwait(false))
        {
            var signIn = SavedSignIn(file);
            StandardError.WriteNote(file.Delete() ? "Signed out." : "You were not signed in: nothing was saved.");
            return signIn;
        }
    }

    // A file that can't be read is deleted all the same.
    private static SignIn? SavedSignIn(SessionFile file)
    {
        try
        {
            return file.Read()?.SignIn;
        }
        catch (CliException)
        {
            return null;
        }
    }

    private static async Task RevokeAsync(CommandInvocation invocation, SignIn signIn)
    {
        try
        {
            using var http = IdentityProvider.NewHttp();
            var provider = await IdentityProvider.DiscoverAsync(http, signIn.Issuer, invocation.IsInsecure, invocation.Cancellation).ConfigureAwait(false);
            await provider.RevokeAsync(signIn, invocation.Cancellation).ConfigureAwait(false);
        }
        catch (SecronnaException error)
        {
            StandardError.WriteNote($"The sign-in could not be ended at the identity provider and stays valid there until it expires: {error.Message}");
        }
    }
}
