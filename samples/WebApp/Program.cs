// Greets with a secret of `secronna-server dev`. Start that server, source its dev.env, run this program, and change the secret.
var builder = WebApplication.CreateBuilder(args);
builder.Configuration.AddSecronna(options =>
{
    options.Environment = "demo/development";
    options.ReloadInterval = TimeSpan.FromSeconds(5);
    // Without a logger, nobody hears when the server can't be checked for new values.
    options.LoggerFactory = LoggerFactory.Create(logging => logging.AddConsole());
});
var app = builder.Build();
app.MapGet("/", (IConfiguration configuration) => configuration["GREETING"]);
app.Run();
