using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;
using OpenIddict.Server;
using Secronna.IdentityProvider.Faults;
using Secronna.IdentityProvider.Pages;

namespace Secronna.IdentityProvider.Hosting;

/// <summary>One run of the provider's web server. After an outage another run begins with the same state and port.</summary>
internal sealed class ProviderListener : IAsyncDisposable
{
    private readonly WebApplication app;

    private ProviderListener(WebApplication app) => this.app = app;

    /// <summary>The port that the server listens on.</summary>
    public int Port =>
        new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;

    public static async Task<ProviderListener> StartAsync(ProviderState state, int port)
    {
        // The empty builder reads no variables, files or command line, so that only the options count.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        builder.Services.AddSingleton<IHostLifetime, QuietLifetime>();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.Zero);
        builder.Services.AddRouting();
        builder.Services.AddAuthentication();
        builder.Services.AddDbContext<TokenStore>(store => TokenStore.Configure(store, state.Database));
        builder.Services.AddSingleton(state).AddSingleton(state.Faults);
        builder.Services.AddOpenIddictServer(state);
        var app = builder.Build();
        app.UseMiddleware<FaultMiddleware>();
        app.UseAuthentication();
        MapEndpoints(app);
        await Clients.RegisterAsync(app.Services, state.Options);
        await app.StartAsync();
        return new ProviderListener(app);
    }

    /// <summary>Makes OpenIddict read its keys again. Requests in flight finish with the keys that they began with.</summary>
    public void ReloadKeys() => app.Services.GetRequiredService<IOptionsMonitorCache<OpenIddictServerOptions>>().Clear();

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }

    private static void MapEndpoints(WebApplication app)
    {
        string[] getAndPost = ["GET", "POST"];
        app.MapMethods(ProviderPaths.Authorize, getAndPost, AuthorizePage.HandleAsync);
        app.MapMethods(ProviderPaths.Device, getAndPost, DevicePage.HandleAsync);
        app.MapGet(ProviderPaths.DeviceDone, () => DevicePage.Done());
        app.MapPost(ProviderPaths.Token, TokenEndpoint.HandleAsync);
        app.MapMethods(ProviderPaths.UserInfo, getAndPost, UserInfoEndpoint.HandleAsync);
        app.MapMethods(ProviderPaths.Logout, getAndPost, LogoutEndpoint.Handle);
        app.MapGet(ProviderPaths.SignedOut, () => LogoutEndpoint.Done());
        app.MapPost(ProviderPaths.Rotate, RotateEndpoint.Handle);
    }

    /// <summary>A lifetime that handles no signals: the program that the provider runs in does.</summary>
    private sealed class QuietLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
