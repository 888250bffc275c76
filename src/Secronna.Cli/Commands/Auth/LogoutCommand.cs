using System.CommandLine;
using Secronna.Cli.Help;
using Secronna.Cli.Session;
using Secronna.Client;

namespace Secronna.Cli.Commands.Auth;

/// <summary><c>auth logout</c>: forgets what was kept, and ends a sign-in at the provider too.</summary>
internal static class LogoutCommand
{
    public static Command Create() => new Command("logout", "Forget what `auth login` kept").Example("secronna auth logout").Does(async invocation =>
    {
        var file = SessionFile.OfUser;
        SignIn? kept;
        using (await file.TakeTurnAsync(TimeProvider.System, invocation.Cancellation).ConfigureAwait(false))
        {
            kept = Kept(file);
            Invocation.Note(file.Delete() ? "Signed out." : "Nothing was kept.");
        }

        if (kept is { } signIn)
        {
            await RevokeAsync(invocation, signIn).ConfigureAwait(false);
        }

        if (Connecting.IsTokenFromVariable)
        {
            Invocation.Note("SECRONNA_TOKEN is set still.");
        }
    });

    // What can't be read is forgotten all the same.
    private static SignIn? Kept(SessionFile file)
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

    private static async Task RevokeAsync(Invocation invocation, SignIn signIn)
    {
        try
        {
            using var http = IdentityProvider.NewHttp();
            var provider = await IdentityProvider.DiscoverAsync(http, signIn.Issuer, invocation.IsInsecure, invocation.Cancellation).ConfigureAwait(false);
            await provider.RevokeAsync(signIn, invocation.Cancellation).ConfigureAwait(false);
        }
        catch (SecronnaException error)
        {
            Invocation.Note($"The provider still knows of the sign-in, until it ends there by itself: {error.Message}");
        }
    }
}
