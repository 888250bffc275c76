using Secronna.IdentityProvider.Faults;
using Secronna.IdentityProvider.Flows;
using Secronna.IdentityProvider.Hosting;
using Secronna.IdentityProvider.Keys;
using Secronna.IdentityProvider.People;

namespace Secronna.IdentityProvider;

/// <summary>
/// A real OpenID Connect provider in the test's own process, in place of Huudis: it listens on 127.0.0.1 and issues real tokens by
/// real flows. Tests can rotate its keys, switch faults on and forge tokens.
/// </summary>
public sealed class TestIdentityProvider : IAsyncDisposable
{
    private readonly ProviderState state;
    private readonly int port;
    private ProviderListener? listener;

    private TestIdentityProvider(ProviderState state, ProviderListener listener)
    {
        this.state = state;
        this.listener = listener;
        port = listener.Port;
        state.Issuer = $"http://127.0.0.1:{port}{(state.Options.IssuerEndsWithSlash ? "/" : "")}";
        Client = new ProviderClient(state.Issuer, state.Options.ClientId);
        Forge = new TokenForge(state.Keys, state.Options, () => state.Issuer);
    }

    /// <summary>The issuer, exactly as it is in the discovery document and the tokens.</summary>
    public string Issuer => state.Issuer;

    /// <summary>A client for the single steps of the flows.</summary>
    public ProviderClient Client { get; }

    /// <summary>Makes tokens that the provider would not.</summary>
    public TokenForge Forge { get; }

    /// <summary>The provider's faults, and the numbers of requests for its documents.</summary>
    public FaultSwitches Faults => state.Faults;

    /// <summary>The people who can sign in.</summary>
    public PeopleDirectory People => state.People;

    public IReadOnlyList<ServiceAccount> ServiceAccounts => state.Options.ServiceAccounts;

    /// <summary>The key that signs new tokens.</summary>
    public SigningKey CurrentKey => state.Keys.Current;

    /// <summary>The keys in the JWKS, the current one first.</summary>
    public IReadOnlyList<SigningKey> PublishedKeys => state.Keys.Published;

    /// <summary>Starts a provider and returns when it listens.</summary>
    public static async Task<TestIdentityProvider> StartAsync(ProviderOptions? options = null)
    {
        var state = new ProviderState(options ?? new ProviderOptions());
        return new TestIdentityProvider(state, await ProviderListener.StartAsync(state, state.Options.Port));
    }

    /// <summary>Returns a real access token for a person, who is added if the provider doesn't know them.</summary>
    public async Task<string> TokenAsync(Person person, string? audience = null, string scope = ProviderClient.DefaultScope) =>
        (await DeviceFlowAsync(person, audience, scope)).AccessToken!;

    /// <summary>Returns a real access token for a service account.</summary>
    public async Task<string> TokenAsync(ServiceAccount account, string? audience = null, string scope = "") =>
        (await Client.ClientCredentialsAsync(account, audience, scope)).OrThrow().AccessToken!;

    /// <summary>Runs the whole device flow. The person allows the sign-in before the first poll.</summary>
    public async Task<TokenAnswer> DeviceFlowAsync(
        Person person,
        string? audience = null,
        string scope = ProviderClient.DefaultScope)
    {
        People.Put(person);
        var device = await Client.BeginDeviceAsync(scope);
        if (!await Client.DecideAsync(device.UserCode, person, audience: audience))
        {
            throw new InvalidOperationException("the provider did not take its own user code");
        }

        return (await Client.PollAsync(device)).OrThrow();
    }

    /// <summary>Runs the whole code flow, with PKCE.</summary>
    public async Task<TokenAnswer> CodeFlowAsync(
        Person person,
        string? audience = null,
        string scope = ProviderClient.DefaultScope)
    {
        People.Put(person);
        var request = new CodeRequest { RedirectUri = new Uri("http://127.0.0.1:1/callback"), Scope = scope };
        var answer = await Client.AuthorizeAsync(request, person, audience: audience);
        var code = answer.Code ?? throw new InvalidOperationException($"no code, but {answer.Status}: {answer.Error}");
        return (await Client.RedeemAsync(request, code)).OrThrow();
    }

    /// <summary>
    /// Signs with a new key from now on. The previous keys stay in the JWKS, or are withdrawn from it, so that nobody can verify the
    /// tokens that they signed.
    /// </summary>
    public SigningKey Rotate(bool keepOld, SigningAlgorithm? algorithm = null, string? kid = null)
    {
        var next = SigningKey.Create(algorithm ?? CurrentKey.Algorithm, kid);
        state.Keys.Rotate(next, keepOld);
        listener?.ReloadKeys();
        return next;
    }

    /// <summary>Withdraws all keys but the current one from the JWKS.</summary>
    public void WithdrawOldKeys() => state.Keys.WithdrawOld();

    /// <summary>Stops listening: new connections are refused and open ones are closed.</summary>
    public async Task GoDownAsync()
    {
        if (listener is not null)
        {
            await listener.DisposeAsync();
        }

        listener = null;
    }

    /// <summary>Listens again, on the same port, with the same keys, people and tokens.</summary>
    public async Task ComeBackAsync() => listener ??= await ProviderListener.StartAsync(state, port);

    public async ValueTask DisposeAsync()
    {
        Faults.Release();
        Client.Dispose();
        await GoDownAsync();
    }
}
