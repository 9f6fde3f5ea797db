#include "domain/dns/takeover_services.h"

#include <array>

#include "domain/overlay_resolver.h"

namespace lr::domain {
namespace {

using Sign = TakeoverService::Sign;
constexpr auto kMissing = Sign::kMissing;
constexpr auto kPage = Sign::kPage;

// Facts (which services, their names, the texts that they answer with, whether they ask for proof)
// from the services' own documentation and from the list "Can I take over XYZ?" (EdOverflow,
// CC BY 4.0, edition of February 2025). Azure's names are in its page "Prevent dangling DNS entries
// and avoid subdomain takeover".
constexpr auto kServices = std::to_array<TakeoverService>({
    {"AWS Elastic Beanstalk", "elasticbeanstalk.com", kMissing, ""},
    {"AWS S3", "s3.amazonaws.com", kPage, "NoSuchBucket"},
    {"AWS S3 website", "s3-website-us-east-1.amazonaws.com", kPage, "NoSuchBucket"},
    {"AWS S3 website", "s3-website-us-west-2.amazonaws.com", kPage, "NoSuchBucket"},
    {"AWS S3 website", "s3-website-eu-west-1.amazonaws.com", kPage, "NoSuchBucket"},
    {"AWS S3 website", "s3-website.eu-central-1.amazonaws.com", kPage, "NoSuchBucket"},
    {"AWS load balancer", "elb.amazonaws.com", kMissing, "", false},
    {"AWS CloudFront", "cloudfront.net", kMissing, "", false},
    {"Azure App Service", "azurewebsites.net", kMissing, ""},
    {"Azure cloud service", "cloudapp.net", kMissing, ""},
    {"Azure virtual machine", "cloudapp.azure.com", kMissing, ""},
    {"Azure Traffic Manager", "trafficmanager.net", kMissing, ""},
    {"Azure Blob Storage", "blob.core.windows.net", kMissing, ""},
    {"Azure static website", "web.core.windows.net", kMissing, ""},
    {"Azure CDN", "azureedge.net", kMissing, ""},
    {"Azure Front Door", "azurefd.net", kMissing, ""},
    {"Azure API Management", "azure-api.net", kMissing, ""},
    {"Azure HDInsight", "azurehdinsight.net", kMissing, ""},
    {"Azure Redis", "redis.cache.windows.net", kMissing, ""},
    {"Azure SQL", "database.windows.net", kMissing, ""},
    {"Azure Search", "search.windows.net", kMissing, ""},
    {"Azure Service Bus", "servicebus.windows.net", kMissing, ""},
    {"Azure Container Registry", "azurecr.io", kMissing, ""},
    {"Azure container instance", "azurecontainer.io", kMissing, ""},
    {"Azure static app", "azurestaticapps.net", kMissing, "", false},
    {"Agile CRM", "agilecrm.com", kPage, "Sorry, this page is no longer available."},
    {"Anima", "animaapp.io", kPage, "If this is your website and you've just created it"},
    {"Bitbucket", "bitbucket.io", kPage, "Repository not found"},
    {"Discourse", "trydiscourse.com", kMissing, ""},
    {"Fastly", "fastly.net", kPage, "Fastly error: unknown domain", false},
    {"Fly.io", "fly.dev", kMissing, ""},
    {"Gemfury", "furyns.com", kPage, "404: This page could not be found."},
    {"Ghost", "ghost.io", kPage, "The thing you were looking for is no longer here"},
    {"GitHub Pages", "github.io", kPage, "There isn't a GitHub Pages site here."},
    {"GitLab Pages", "gitlab.io", kPage, "The page you're looking for could not be found", false},
    {"Google Cloud Storage", "c.storage.googleapis.com", kPage, "NoSuchBucket", false},
    {"Hatena Blog", "hatenablog.com", kPage, "404 Blog is not found"},
    {"Help Juice", "helpjuice.com", kPage, "We could not find what you're looking for."},
    {"Help Scout", "helpscoutdocs.com", kPage, "No settings were found for this company:"},
    {"Heroku", "herokuapp.com", kPage, "No such app"},
    {"Heroku", "herokudns.com", kMissing, ""},
    {"HubSpot", "hubspot.net", kPage, "Domain not found", false},
    {"Intercom", "custom.intercom.help", kPage, "Uh oh. That page doesn't exist."},
    {"JetBrains YouTrack", "youtrack.cloud", kPage, "is not a registered InCloud YouTrack"},
    {"Kinsta", "kinsta.cloud", kPage, "No Site For Domain"},
    {"LaunchRock", "launchrock.com", kPage, "It looks like you may have taken a wrong turn"},
    {"Netlify", "netlify.app", kPage, "Not Found - Request ID:"},
    {"Netlify", "netlify.com", kPage, "Not Found - Request ID:"},
    {"ngrok", "ngrok.io", kPage, "ngrok.io not found"},
    {"Pantheon", "pantheonsite.io", kPage, "404 error unknown site!"},
    {"Read the Docs", "readthedocs.io", kPage, "The link you have followed or the URL"},
    {"Readme.io", "readme.io", kPage, "The creators of this project are still working on"},
    {"Render", "onrender.com", kMissing, ""},
    {"Shopify", "myshopify.com", kPage, "Sorry, this shop is currently unavailable.", false},
    {"Squarespace", "ext-cust.squarespace.com", kMissing, "", false},
    {"Strikingly", "s.strikinglydns.com", kPage, "But if you're looking to build your own website"},
    {"Surge", "surge.sh", kPage, "project not found"},
    {"SurveySparrow", "surveysparrow.com", kPage, "Account not found."},
    {"Tumblr", "domains.tumblr.com", kPage,
     "Whatever you were looking for doesn't currently exist"},
    {"Uberflip", "read.uberflip.com", kPage, "The URL you've accessed does not provide a hub."},
    {"UptimeRobot", "stats.uptimerobot.com", kPage, "page not found"},
    {"Vercel", "vercel.app", kPage, "DEPLOYMENT_NOT_FOUND", false},
    {"Vercel", "vercel-dns.com", kPage, "DEPLOYMENT_NOT_FOUND", false},
    {"Webflow", "proxy.webflow.com", kPage, "The page you are looking for doesn't exist", false},
    {"WordPress.com", "wordpress.com", kPage, "Do you want to register"},
    {"Worksites", "worksites.net", kPage, "Hello! Sorry, but the website you"},
    {"Zendesk", "zendesk.com", kPage, "Help Center Closed", false},
});

}  // namespace

std::span<const TakeoverService> takeover_services() { return kServices; }

const TakeoverService* service_of(std::string_view target) {
  for (const TakeoverService& service : kServices) {
    if (is_at_or_below(target, service.suffix)) return &service;
  }
  return nullptr;
}

}  // namespace lr::domain
